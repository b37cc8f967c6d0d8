/* The frame of both programs: options, a thread a queue, and marks that take turns. */
#pragma once

#include <arpa/inet.h>
#include <stdint.h>

/* Marks from first to last, one after the other: targets get equal shares, as from a pool, for no work at all. */
struct marks {
	uint32_t first, last, next;
};

/* Big-endian, as it goes into a verdict. */
static inline uint32_t marks_next(struct marks *marks)
{
	uint32_t mark = marks->next;
	marks->next = mark == marks->last ? marks->first : mark + 1;
	return htonl(mark);
}

/* Empties one queue for ever. */
typedef void loop(int fd, uint16_t queue, struct marks marks);

/* Reads --queue=N or N:M and --mark=FIRST[-LAST], opens the queues and runs a loop on each, until a signal ends the
 * program. */
int loops_run(char **arguments, loop *run);
