#include "pace.h"

#include "clock.h"

#include <time.h>

/* A gap longer than this is not caught up. */
#define PACE_SLACK_NS (5 * NANOSECONDS_PER_MILLISECOND)

/* Shorter sleeps cost more than they smooth. */
#define PACE_SLEEP_MIN_NS UINT64_C(200000)

struct pace pace_start(uint64_t per_second)
{
	return (struct pace){ .per_second = per_second, .start_ns = clock_now_ns() };
}

/* Split in whole seconds and a rest, so that no product overflows. */
static uint64_t events_in(uint64_t elapsed_ns, uint64_t per_second)
{
	return elapsed_ns / NANOSECONDS_PER_SECOND * per_second +
	       elapsed_ns % NANOSECONDS_PER_SECOND * per_second / NANOSECONDS_PER_SECOND;
}

uint64_t pace_take(struct pace *pace, uint64_t most)
{
	if (!pace->per_second)
		return most;

	uint64_t now = clock_now_ns();
	uint64_t due = events_in(now - pace->start_ns, pace->per_second) - pace->done;
	uint64_t slack = events_in(PACE_SLACK_NS, pace->per_second) + 1;
	if (due > slack) {
		pace->start_ns = now - PACE_SLACK_NS;
		pace->done = 0;
		due = slack - 1;
	}
	if (due > most)
		due = most;
	pace->done += due;
	return due;
}

void pace_sleep(const struct pace *pace)
{
	if (!pace->per_second)
		return;
	uint64_t next_ns = pace->start_ns + (pace->done + 1) * NANOSECONDS_PER_SECOND / pace->per_second;
	uint64_t least_ns = clock_now_ns() + PACE_SLEEP_MIN_NS;
	uint64_t until_ns = next_ns > least_ns ? next_ns : least_ns;
	struct timespec until = { .tv_sec = (time_t)(until_ns / NANOSECONDS_PER_SECOND),
				  .tv_nsec = (long)(until_ns % NANOSECONDS_PER_SECOND) };
	/* A signal ends the sleep early; the caller looks for it anyway. */
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}
