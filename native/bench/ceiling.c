/* bench-ceiling: a batch of what waits in one receive, all its verdicts in one send. It accepts everything and looks
 * at nothing: what is left is the kernel's price for taking a packet through a queue, which no balancer can beat. */
#define _GNU_SOURCE /* recvmmsg */
#include "loops.h"
#include "queue.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 128 }; /* as nfqlb's */

struct batch {
	_Alignas(64) uint8_t messages[BATCH][MESSAGE_BYTES];
	struct iovec vectors[BATCH];
	struct mmsghdr headers[BATCH];
	struct verdict verdicts[BATCH];
};

static struct batch *batch_create(uint16_t queue)
{
	struct batch *batch = aligned_alloc(64, sizeof *batch);
	if (!batch)
		err(EXIT_FAILURE, "buffers");
	for (int i = 0; i < BATCH; i++) {
		batch->vectors[i] = (struct iovec){ batch->messages[i], MESSAGE_BYTES };
		batch->headers[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &batch->vectors[i], .msg_iovlen = 1 } };
		batch->verdicts[i] = queue_verdict(queue);
	}
	return batch;
}

static void answer_in_batches(int fd, uint16_t queue, struct marks marks)
{
	struct batch *batch = batch_create(queue);
	for (;;) {
		/* Blocks for the first and takes what waits behind it. */
		int received = recvmmsg(fd, batch->headers, BATCH, MSG_WAITFORONE, NULL);
		if (received < 0 && errno != ENOBUFS && errno != EINTR)
			err(EXIT_FAILURE, "recvmmsg");
		size_t count = 0;
		for (int i = 0; i < received; i++) {
			struct verdict *verdict = &batch->verdicts[count];
			if (!queue_packet_id(batch->messages[i], batch->headers[i].msg_len, &verdict->verdict.id))
				continue;
			verdict->mark = marks_next(&marks);
			count++;
		}
		if (count && send(fd, batch->verdicts, count * sizeof *batch->verdicts, 0) < 0)
			err(EXIT_FAILURE, "send");
	}
}

int main(int count, char **arguments)
{
	(void)count;
	return loops_run(arguments, answer_in_batches);
}
