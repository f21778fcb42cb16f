#include "core/engine/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"

struct node {
	struct node *next;
	void *item;
};

struct ks_queue {
	pthread_mutex_t lock;
	struct node *first, *last;
	struct ks_queue_signal signal;
	void (*free_item)(void *item);
};

struct ks_queue *ks_queue_new(const struct ks_queue_signal *signal, void (*free_item)(void *item))
{
	struct ks_queue *queue = ks_calloc(1, sizeof *queue);

	pthread_mutex_init(&queue->lock, NULL);
	queue->signal = *signal;
	queue->free_item = free_item;
	return queue;
}

void ks_queue_free(struct ks_queue *queue)
{
	void *item;

	if (queue == NULL)
		return;
	while ((item = ks_queue_take(queue)) != NULL)
		queue->free_item(item);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

void ks_queue_put(struct ks_queue *queue, void *item)
{
	struct node *node = ks_malloc(sizeof *node);

	node->next = NULL;
	node->item = item;
	pthread_mutex_lock(&queue->lock);
	if (queue->first == NULL) {
		queue->first = node;
		queue->signal.wake(queue->signal.ctx);
	} else {
		queue->last->next = node;
	}
	queue->last = node;
	pthread_mutex_unlock(&queue->lock);
}

void *ks_queue_take(struct ks_queue *queue)
{
	struct node *node;
	void *item = NULL;

	pthread_mutex_lock(&queue->lock);
	node = queue->first;
	if (node != NULL)
		queue->first = node->next;
	if (node != NULL && queue->first == NULL && queue->signal.hush != NULL)
		queue->signal.hush(queue->signal.ctx);
	pthread_mutex_unlock(&queue->lock);
	if (node != NULL)
		item = node->item;
	free(node);
	return item;
}

struct ks_bell {
	int ends[2];
};

struct ks_bell *ks_bell_new(void)
{
	struct ks_bell *bell = ks_malloc(sizeof *bell);

	if (!ks_fd_pipe(bell->ends)) {
		free(bell);
		return NULL;
	}
	if (ks_fd_nonblocking(bell->ends[0]) && ks_fd_nonblocking(bell->ends[1]))
		return bell;
	ks_bell_free(bell);
	return NULL;
}

void ks_bell_free(struct ks_bell *bell)
{
	if (bell == NULL)
		return;
	close(bell->ends[0]);
	close(bell->ends[1]);
	free(bell);
}

int ks_bell_fd(const struct ks_bell *bell)
{
	return bell->ends[0];
}

static void ring(void *ctx)
{
	const struct ks_bell *bell = ctx;

	while (write(bell->ends[1], "", 1) < 0 && errno == EINTR)
		;
}

static void hush(void *ctx)
{
	const struct ks_bell *bell = ctx;
	char byte;

	while (read(bell->ends[0], &byte, 1) < 0 && errno == EINTR)
		;
}

struct ks_queue_signal ks_bell_signal(struct ks_bell *bell)
{
	return (struct ks_queue_signal){.wake = ring, .hush = hush, .ctx = bell};
}
