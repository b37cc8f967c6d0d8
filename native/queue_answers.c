#define _GNU_SOURCE /* struct mmsghdr */
#include "queue_state.h"

#include "queue_message.h"

#include <errno.h>
#include <string.h>

#define COUNT_MASK ((1u << SEQUENCE_COUNT_BITS) - 1)

int nfqlb_error_in_answer(const void *message, size_t length, uint32_t sequence)
{
	const struct nlmsghdr *header = message;
	const struct nlmsgerr *error = (const void *)((const uint8_t *)message + NLMSG_HDRLEN);

	if (length < NLMSG_HDRLEN + sizeof(error->error) || header->nlmsg_type != NLMSG_ERROR ||
	    header->nlmsg_seq != sequence)
		return 1;
	return error->error;
}

/*
 * One verdict that comes too late is refused alone. Anything else is said of all that a process sends: it lacks
 * CAP_NET_ADMIN, or the queue is no longer its socket's. Which process, the message does not say, as the socket may
 * have been in the hands of another one; so this one asks for itself, by a configuration that changes nothing.
 */
static void take_refusal(struct nfqlb_queue *queue, uint32_t sequence, int error)
{
	const uint32_t of_message = sequence & COUNT_MASK;
	const uint32_t of_datagram = sequence >> SEQUENCE_COUNT_BITS & COUNT_MASK;
	uint32_t packets = error != -ENOENT && of_datagram ? of_datagram : of_message;

	nfqlb_count(&queue->statistics.verdict_errors, packets ? packets : 1);
	if (error == -ENOENT || queue->is_in_doubt)
		return;
	queue->is_in_doubt = true;
	queue->failure = nfqlb_queue_ask(queue);
}

void nfqlb_take_answer(struct nfqlb_queue *queue, const uint8_t *message, size_t length)
{
	const struct nlmsghdr *header = (const void *)message;
	const uint32_t sequence = length < NLMSG_HDRLEN ? 0 : header->nlmsg_seq;
	int error = nfqlb_error_in_answer(message, length, sequence);

	if (error <= 0 && sequence == queue->own_sequence) {
		queue->is_in_doubt = false;
		queue->failure = error;
	} else if (error < 0 && (sequence == 0 || sequence >> 30 == SEQUENCE_VERDICT >> 30)) {
		take_refusal(queue, sequence, error);
	} else if (sequence != SEQUENCE_RECALL) {
		nfqlb_count(&queue->statistics.skipped_messages, 1);
	}
}

int nfqlb_queue_ask(const struct nfqlb_queue *queue)
{
	union config_message request = { 0 };
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, queue->number);

	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = queue->own_sequence;
	return send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}
