#define _GNU_SOURCE /* recvmmsg */
#include "queue_state.h"

#include "packet_message.h"
#include "queue_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>

/* Sends that may fail for want of kernel memory before that is taken for an error. */
#define SEND_ATTEMPTS_MAX 100

int nfqlb_queue_has_packets(const struct nfqlb_queue *queue)
{
	struct pollfd socket = { .fd = queue->fd, .events = POLLIN };

	return poll(&socket, 1, 0) > 0 && socket.revents & POLLIN;
}

/* Reads what recvmmsg put in one buffer; 1 when that is a packet, otherwise 0, after judging it. */
static int take_message(struct nfqlb_queue *queue, const struct mmsghdr *received, struct nfqlb_packet *packet)
{
	if (received->msg_hdr.msg_flags & MSG_TRUNC)
		nfqlb_count(&queue->statistics.truncated_messages, 1);
	if (nfqlb_message_parse(received->msg_hdr.msg_iov->iov_base, received->msg_len, packet) == NFQLB_MESSAGE_PACKET)
		return 1;
	nfqlb_take_answer(queue, received->msg_hdr.msg_iov->iov_base, received->msg_len);
	return 0;
}

static int receive(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity, int flags,
		   uint64_t *refused)
{
	int packet_count = 0;
	int received;

	if (capacity > queue->batch_capacity)
		capacity = queue->batch_capacity;
	do {
		received = recvmmsg(queue->fd, queue->headers, capacity, flags, NULL);
	} while (received < 0 && errno == EINTR);
	*refused = queue->statistics.verdict_errors;
	/* ENOBUFS: the kernel could not make an answer to us. It does not tell of lost packets (NETLINK_NO_ENOBUFS). */
	if (received < 0)
		return errno == ENOBUFS ? 0 : -errno;
	for (int i = 0; i < received; i++)
		packet_count += take_message(queue, &queue->headers[i], &packets[packet_count]);
	*refused = queue->statistics.verdict_errors;
	return queue->failure ? queue->failure : packet_count;
}

int nfqlb_queue_receive(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity, uint64_t *refused)
{
	return receive(queue, packets, capacity, MSG_WAITFORONE, refused);
}

int nfqlb_queue_receive_waiting(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity,
				uint64_t *refused)
{
	return receive(queue, packets, capacity, MSG_DONTWAIT, refused);
}

/* The kernel's way to do it: the queue has no room at all, and a packet that finds none passes (fail-open). */
int nfqlb_queue_let_pass(const struct nfqlb_queue *queue)
{
	union config_message request = { 0 };
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, queue->number);

	nfqlb_message_add_u32(nlh, NFQA_CFG_QUEUE_MAXLEN, 0);
	nfqlb_message_add_u32(nlh, NFQA_CFG_FLAGS, NFQA_CFG_F_FAIL_OPEN);
	nfqlb_message_add_u32(nlh, NFQA_CFG_MASK, NFQA_CFG_F_FAIL_OPEN);
	return send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

int nfqlb_queue_wake(const struct nfqlb_queue *queue)
{
	union config_message request = { 0 };
	/* A configuration that changes nothing; the kernel acknowledges it all the same. */
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, queue->number);

	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = SEQUENCE_WAKE;
	return send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Sends one datagram of messages, which the kernel has processed when this returns. */
static int send_messages(int fd, const void *messages, size_t length)
{
	for (int attempt = 0; attempt < SEND_ATTEMPTS_MAX; attempt++) {
		if (send(fd, messages, length, 0) >= 0)
			return 0;
		if (errno != EINTR && errno != EAGAIN && errno != ENOBUFS)
			return -errno;
		if (errno != EINTR)
			poll(NULL, 0, 1); /* the kernel is short of memory; a millisecond may mend that */
	}
	return -ENOBUFS;
}

/* How many verdicts from the first on are the same, for packets one after the other. */
static uint32_t run_length(const struct nfqlb_verdict *first, uint32_t count)
{
	uint32_t length = 1;

	while (length < count && first[length].id == first->id + length && first[length].accept == first->accept &&
	       first[length].mark == first->mark)
		length++;
	return length;
}

/*
 * Writes one message. A run of equal verdicts is one batch verdict: the kernel gives it to all packets up to the last
 * id that have none yet. Packets come and are answered in the order of their ids, so those are the packets of the run.
 */
static uint8_t *put_verdict(const struct nfqlb_queue *queue, const struct nfqlb_verdict *last, uint32_t run,
			    uint8_t *at)
{
	struct verdict_message *message = (void *)at;

	if (last->accept) {
		*message = queue->accept;
		message->mark = htonl(last->mark);
		at += sizeof(*message);
	} else {
		memcpy(message, &queue->drop, MARKLESS_MESSAGE_SIZE);
		at += MARKLESS_MESSAGE_SIZE;
	}
	message->header.nlmsg_seq = SEQUENCE_VERDICT | run;
	if (run > 1)
		message->header.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_VERDICT_BATCH;
	message->verdict.id = htonl(last->id);
	return at;
}

int nfqlb_queue_send_verdicts(struct nfqlb_queue *queue, const struct nfqlb_verdict *verdicts, uint32_t count)
{
	uint8_t *end = queue->answer;
	uint32_t length;

	if (count > queue->batch_capacity)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i += length) {
		length = run_length(&verdicts[i], count - i);
		end = put_verdict(queue, &verdicts[i + length - 1], length, end);
	}
	if (count == 0)
		return 0;
	((struct nlmsghdr *)queue->answer)->nlmsg_seq |= count << SEQUENCE_COUNT_BITS;
	return send_messages(queue->fd, queue->answer, (size_t)(end - queue->answer));
}

/* The first packet that waits in the socket: 1 with its id, 0 when none waits. What is in front of it is taken. */
static int first_waiting(struct nfqlb_queue *queue, uint32_t *id)
{
	struct nfqlb_packet packet;
	ssize_t length;

	while ((length = recv(queue->fd, queue->messages, queue->message_stride, MSG_PEEK | MSG_DONTWAIT)) >= 0) {
		if (nfqlb_message_parse(queue->messages, (size_t)length, &packet) == NFQLB_MESSAGE_PACKET) {
			*id = packet.id;
			return 1;
		}
		if (recv(queue->fd, queue->messages, queue->message_stride, MSG_DONTWAIT) >= 0)
			nfqlb_take_answer(queue, queue->messages, (size_t)length);
	}
	return errno == EAGAIN ? 0 : -errno;
}

/* A packet whose verdict is NF_REPEAT meets the queue's rule once more, and comes here anew under another id. */
static int repeat_up_to(struct nfqlb_queue *queue, uint32_t id)
{
	queue->repeat.verdict.id = htonl(id);
	return send_messages(queue->fd, &queue->repeat, MARKLESS_MESSAGE_SIZE);
}

int nfqlb_queue_recall(struct nfqlb_queue *queue, const uint32_t *newest)
{
	uint32_t first = 0;
	int rc = first_waiting(queue, &first);

	if (rc < 0)
		return rc;
	if (rc == 1)
		return repeat_up_to(queue, first - 1);
	if (newest)
		return repeat_up_to(queue, *newest);
	/* All that the kernel holds. Ids are compared as on a circle, so that each of these means one half of it. */
	rc = repeat_up_to(queue, 0);
	return rc < 0 ? rc : repeat_up_to(queue, 1u << 31);
}

/* Messages to the socket that it had no room for, since it was made. The kernel counts them in 32 bits. */
static uint64_t lost_messages(const struct nfqlb_queue *queue)
{
	uint32_t memory[SK_MEMINFO_VARS];
	socklen_t length = sizeof(memory);

	return getsockopt(queue->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0 ? 0 : memory[SK_MEMINFO_DROPS];
}

void nfqlb_queue_read_statistics(const struct nfqlb_queue *queue, struct nfqlb_queue_statistics *statistics)
{
	const struct nfqlb_queue_statistics *from = &queue->statistics;

	statistics->overruns = lost_messages(queue);
	statistics->skipped_messages = __atomic_load_n(&from->skipped_messages, __ATOMIC_RELAXED);
	statistics->truncated_messages = __atomic_load_n(&from->truncated_messages, __ATOMIC_RELAXED);
	statistics->verdict_errors = __atomic_load_n(&from->verdict_errors, __ATOMIC_RELAXED);
}
