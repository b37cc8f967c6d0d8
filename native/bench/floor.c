/* bench-floor: one receive and one verdict a packet, as the data path of nfqlb 1.2.0 goes. It accepts everything and
 * looks at nothing, so a balancer that works this way can hardly be faster. */
#include "loops.h"
#include "queue.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static void answer_one_by_one(int fd, uint16_t queue, struct marks marks)
{
	struct verdict verdict = queue_verdict(queue);
	_Alignas(8) uint8_t message[MESSAGE_BYTES];
	for (;;) {
		ssize_t length = recv(fd, message, sizeof message, 0);
		if (length < 0 && errno != ENOBUFS && errno != EINTR)
			err(EXIT_FAILURE, "recv");
		if (length < 0 || !queue_packet_id(message, (size_t)length, &verdict.verdict.id))
			continue;
		verdict.mark = marks_next(&marks);
		if (send(fd, &verdict, sizeof verdict, 0) < 0)
			err(EXIT_FAILURE, "send");
	}
}

int main(int count, char **arguments)
{
	(void)count;
	return loops_run(arguments, answer_one_by_one);
}
