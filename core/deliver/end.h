/* How far a delivery is. */
#ifndef KS_DELIVER_END_H
#define KS_DELIVER_END_H

/* The code of an error after which the secret may have arrived all the same. */
#define KS_SINK_IN_DOUBT "InDoubt"

enum ks_sink_end {
	KS_SINK_RUNNING, /* look again */
	KS_SINK_DONE,
	KS_SINK_FAILED, /* err says why */
};

#endif
