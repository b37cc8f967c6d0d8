#pragma once

#include <stdint.h>

/* A steady rate of events. One that fell behind slips instead of catching up: a burst after a
 * scheduling gap would overflow queues on its way and be mistaken for loss. */
struct pace {
	uint64_t per_second; /* 0: as fast as it goes */
	uint64_t start_ns;
	uint64_t done; /* events since start_ns */
};

struct pace pace_start(uint64_t per_second);

/* How many events are due now, at most `most`; the caller does them and they count as done. */
uint64_t pace_take(struct pace *pace, uint64_t most);

/* Sleeps until at least one event is due. */
void pace_sleep(const struct pace *pace);
