/*
 * Preloaded: a name server that never answers. Without <netdb.h>, whose names for the parameters
 * are reserved.
 */
#include <stddef.h>
#include <unistd.h>

struct addrinfo;

enum { TRY_AGAIN = -3 }; /* EAI_AGAIN */

int getaddrinfo(
    const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result);

int getaddrinfo(
    const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	(void)node;
	(void)service;
	(void)hints;
	*result = NULL;
	sleep(30);
	return TRY_AGAIN;
}
