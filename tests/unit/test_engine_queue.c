/* Queues between threads: order, ownership, and a descriptor that tells the truth. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/engine/queue.h"

#define ITEMS   20000
#define WRITERS 4

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

static int *new_number(int value)
{
	int *number = ks_malloc(sizeof *number);

	*number = value;
	return number;
}

static void the_descriptor_is_readable_exactly_while_there_is_something(void **state)
{
	struct ks_bell *bell = ks_bell_new();
	struct ks_queue_signal signal = ks_bell_signal(bell);
	struct ks_queue *queue = ks_queue_new(&signal, free);
	int *number;

	(void)state;
	assert_false(is_readable(ks_bell_fd(bell)));
	assert_null(ks_queue_take(queue));
	for (int i = 0; i < 3; i++)
		ks_queue_put(queue, new_number(i));
	for (int i = 0; i < 3; i++) {
		assert_true(is_readable(ks_bell_fd(bell)));
		number = ks_queue_take(queue);
		assert_int_equal(*number, i);
		free(number);
	}
	assert_false(is_readable(ks_bell_fd(bell)));
	assert_null(ks_queue_take(queue));
	ks_queue_free(queue);
	ks_bell_free(bell);
}

static void what_is_left_is_freed_with_the_queue(void **state)
{
	struct ks_bell *bell = ks_bell_new();
	struct ks_queue_signal signal = ks_bell_signal(bell);
	struct ks_queue *queue = ks_queue_new(&signal, free);

	(void)state;
	for (int i = 0; i < 10; i++)
		ks_queue_put(queue, new_number(i)); /* the leak checker counts them */
	ks_queue_free(queue);
	ks_queue_free(NULL);
	ks_bell_free(bell);
	ks_bell_free(NULL);
}

struct writer {
	struct ks_queue *queue;
	int base;
};

static void *write_items(void *ctx)
{
	struct writer *writer = ctx;

	for (int i = 0; i < ITEMS; i++)
		ks_queue_put(writer->queue, new_number(writer->base + i));
	return NULL;
}

static void items_of_each_thread_arrive_once_and_in_order(void **state)
{
	struct ks_bell *bell = ks_bell_new();
	struct ks_queue_signal signal = ks_bell_signal(bell);
	struct ks_queue *queue = ks_queue_new(&signal, free);
	struct pollfd poll_fd = {.fd = ks_bell_fd(bell), .events = POLLIN};
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int next[WRITERS] = {0}, *number, total = 0;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){queue, i * ITEMS};
		assert_int_equal(pthread_create(&threads[i], NULL, write_items, &writers[i]), 0);
	}
	while (total < WRITERS * ITEMS) {
		assert_int_equal(poll(&poll_fd, 1, 30000), 1);
		while ((number = ks_queue_take(queue)) != NULL) {
			int writer = *number / ITEMS;

			assert_int_equal(*number % ITEMS, next[writer]++);
			free(number);
			total++;
		}
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	assert_false(is_readable(ks_bell_fd(bell)));
	ks_queue_free(queue);
	ks_bell_free(bell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_descriptor_is_readable_exactly_while_there_is_something),
	    cmocka_unit_test(what_is_left_is_freed_with_the_queue),
	    cmocka_unit_test(items_of_each_thread_arrive_once_and_in_order),
	};

	return cmocka_run_group_tests_name("engine: queue", tests, NULL, NULL);
}
