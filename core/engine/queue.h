/*
 * One direction of what two threads share: a queue whose items change owner. Whoever puts an item
 * in must not touch it any more; whoever takes it out owns it. Both sides hold the lock for a few
 * instructions only, so that neither waits for the other.
 */
#ifndef KS_ENGINE_QUEUE_H
#define KS_ENGINE_QUEUE_H

struct ks_queue;

/*
 * How the taking thread learns that there is something to take. Both are called under the queue's
 * lock and must not block: wake when the first item comes, hush when the last one is gone.
 */
struct ks_queue_signal {
	void (*wake)(void *ctx);
	void (*hush)(void *ctx); /* may be NULL */
	void *ctx;
};

/* free_item gets what is left at ks_queue_free. */
struct ks_queue *ks_queue_new(const struct ks_queue_signal *signal, void (*free_item)(void *item));
/* No other thread may use it any more. NULL is fine. */
void ks_queue_free(struct ks_queue *queue);

/* Takes the item over. Any thread. */
void ks_queue_put(struct ks_queue *queue, void *item);
/* The oldest item, which is the caller's now; NULL when there is none. Any thread. */
void *ks_queue_take(struct ks_queue *queue);

/*
 * A signal for a thread that sleeps in poll(): a pipe that is readable exactly while the queue
 * holds something.
 */
struct ks_bell;

/* NULL when there are no descriptors left. It must outlive its queue. */
struct ks_bell *ks_bell_new(void);
void ks_bell_free(struct ks_bell *bell);
/* Owned by the bell. */
int ks_bell_fd(const struct ks_bell *bell);
struct ks_queue_signal ks_bell_signal(struct ks_bell *bell);

#endif
