#define _GNU_SOURCE /* recvmmsg */
#include "nfqlb_queue.h"

#include "packet_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* NFQNL_MAX_COPY_RANGE of the kernel: an attribute's length has 16 bits, its header 4 bytes. */
#define COPY_RANGE_MAX (0xffff - NLA_HDRLEN)

/* Room for the headers and attributes of a packet message beside its payload; they take about 150 bytes. */
#define ATTRIBUTE_SPACE 512

/* Each message starts on its own cache line. */
#define MESSAGE_ALIGNMENT 64

/* Sequence numbers of the configuration messages; verdicts carry 0. */
#define SEQUENCE_BIND 1
#define SEQUENCE_COPY_MODE 2
#define SEQUENCE_WAKE 3

/* Sends that may fail for want of kernel memory before that is taken for an error. */
#define SEND_ATTEMPTS_MAX 100

/* A verdict message as it goes out; the templates are filled by libnetfilter_queue at open. */
struct verdict_message {
	struct nlmsghdr header;
	struct nfgenmsg family;
	struct nlattr verdict_header;
	struct nfqnl_msg_verdict_hdr verdict;
	struct nlattr mark_header; /* only on accept */
	uint32_t mark;             /* big-endian */
};

#define DROP_MESSAGE_SIZE offsetof(struct verdict_message, mark_header)

struct nfqlb_queue {
	int fd;
	uint16_t number;
	uint32_t batch_capacity;
	size_t message_stride;
	uint8_t *messages;               /* batch_capacity buffers, message_stride apart */
	struct mmsghdr *headers;         /* for recvmmsg; each points to its buffer for good */
	struct iovec *vectors;
	struct verdict_message accept;
	struct verdict_message drop;
	uint8_t *answer;                 /* the verdicts of a batch, one message after the other */
	struct nfqlb_queue_statistics statistics;
};

/* The reader of a counter is another thread; the writer is one, so load and store are enough. */
static void increment(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

/* Sizes a socket buffer beyond the system's limit where the privilege allows, up to the limit elsewhere. */
static int set_buffer(int fd, int forced_option, int option, size_t bytes)
{
	/* The kernel doubles the number, to have room for its own overhead; ours is counted already. */
	int half = bytes / 2 > INT32_MAX / 2 ? INT32_MAX / 2 : (int)(bytes / 2);

	if (setsockopt(fd, SOL_SOCKET, forced_option, &half, sizeof(half)) == 0)
		return 0;
	return setsockopt(fd, SOL_SOCKET, option, &half, sizeof(half)) == 0 ? 0 : -errno;
}

/*
 * A message waiting in the socket counts with what it occupies (truesize), not with its length: its data with about
 * 500 bytes of attributes and skb_shared_info, rounded up to a power of two, so less than twice that, and an sk_buff.
 * The buffer holds a full queue, so that a burst is dropped by the queue's length and not by the socket.
 */
static size_t receive_buffer_bytes(uint32_t copy_range, uint32_t max_length)
{
	return 2 * ((size_t)copy_range + 1024) * max_length;
}

static int open_socket(struct nfqlb_queue *queue, uint32_t copy_range, uint32_t max_length)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const int on = 1;
	int rc;

	queue->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (queue->fd < 0)
		return -errno;
	/* A connected netlink socket takes messages from its peer alone: nobody but the kernel can feed us packets. */
	if (connect(queue->fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	/* Without this one lost message makes the kernel withhold all others until the socket has been emptied. */
	if (setsockopt(queue->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on)) < 0)
		return -errno;
	/* Error messages need not quote the verdict they refuse. */
	if (setsockopt(queue->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0)
		return -errno;
	rc = set_buffer(queue->fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer_bytes(copy_range, max_length));
	if (rc < 0)
		return rc;
	/* A netlink send is refused when it exceeds the send buffer; some slack is taken by the kernel itself. */
	return set_buffer(queue->fd, SO_SNDBUFFORCE, SO_SNDBUF,
			  queue->batch_capacity * sizeof(struct verdict_message) + 4096);
}

/* The error of a message that is an answer to our sequence; 1 when it is something else. */
static int error_in_answer(const void *message, size_t length, uint32_t sequence)
{
	const struct nlmsghdr *header = message;
	const struct nlmsgerr *error = (const void *)((const uint8_t *)message + NLMSG_HDRLEN);

	if (length < NLMSG_HDRLEN + sizeof(error->error) || header->nlmsg_type != NLMSG_ERROR ||
	    header->nlmsg_seq != sequence)
		return 1;
	return error->error;
}

/*
 * Binds the queue with its length and flags, and has it acknowledged: the answer waits in the socket when send
 * returns. No packet can come before it, as a new queue copies nothing until it is told to (NFQNL_COPY_NONE).
 */
static int bind_queue(const struct nfqlb_queue *queue, uint32_t max_length)
{
	union {
		struct nlmsghdr header;
		char bytes[256];
	} request = { 0 }, answer;
	struct nlmsghdr *nlh = nfq_nlmsg_put(request.bytes, NFQNL_MSG_CONFIG, queue->number);
	ssize_t length;
	int error;

	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = SEQUENCE_BIND;
	nfq_nlmsg_cfg_put_cmd(nlh, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, max_length);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN));
	if (send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0)
		return -errno;
	length = recv(queue->fd, &answer, sizeof(answer), MSG_DONTWAIT);
	if (length < 0)
		return -errno;
	error = error_in_answer(&answer, (size_t)length, SEQUENCE_BIND);
	return error > 0 ? -EPROTO : error;
}

/*
 * Starts the copying of packets. An acknowledgement might come behind the first of them, so none is asked for; a
 * refusal is always sent, and would be the first message in the socket, because then no packet comes.
 */
static int start_copying(const struct nfqlb_queue *queue, uint32_t copy_range)
{
	union {
		struct nlmsghdr header;
		char bytes[256];
	} request = { 0 }, answer;
	struct nlmsghdr *nlh = nfq_nlmsg_put(request.bytes, NFQNL_MSG_CONFIG, queue->number);
	ssize_t length;
	int error;

	nlh->nlmsg_seq = SEQUENCE_COPY_MODE;
	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, (int)copy_range);
	if (send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0)
		return -errno;
	length = recv(queue->fd, &answer, sizeof(answer), MSG_DONTWAIT | MSG_PEEK);
	if (length < 0)
		return errno == EAGAIN ? 0 : -errno;
	error = error_in_answer(&answer, (size_t)length, SEQUENCE_COPY_MODE);
	return error > 0 ? 0 : error;
}

/* Message buffers, their recvmmsg headers and the verdict buffer: all that the queue will ever allocate. */
static int allocate_buffers(struct nfqlb_queue *queue, uint32_t copy_range)
{
	queue->message_stride = (ATTRIBUTE_SPACE + copy_range + MESSAGE_ALIGNMENT - 1) & ~(MESSAGE_ALIGNMENT - 1ul);
	queue->messages = aligned_alloc(MESSAGE_ALIGNMENT, queue->message_stride * queue->batch_capacity);
	queue->headers = calloc(queue->batch_capacity, sizeof(*queue->headers));
	queue->vectors = calloc(queue->batch_capacity, sizeof(*queue->vectors));
	queue->answer = calloc(queue->batch_capacity, sizeof(struct verdict_message));
	if (!queue->messages || !queue->headers || !queue->vectors || !queue->answer)
		return -ENOMEM;
	for (uint32_t i = 0; i < queue->batch_capacity; i++) {
		queue->vectors[i].iov_base = queue->messages + i * queue->message_stride;
		queue->vectors[i].iov_len = queue->message_stride;
		queue->headers[i].msg_hdr.msg_iov = &queue->vectors[i];
		queue->headers[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

/* Two complete messages that lack only the id and the mark. Neither asks for an acknowledgement. */
static void prepare_verdicts(struct nfqlb_queue *queue)
{
	struct nlmsghdr *nlh = nfq_nlmsg_put((char *)&queue->drop, NFQNL_MSG_VERDICT, queue->number);

	nfq_nlmsg_verdict_put(nlh, 0, NF_DROP);
	nlh = nfq_nlmsg_put((char *)&queue->accept, NFQNL_MSG_VERDICT, queue->number);
	nfq_nlmsg_verdict_put(nlh, 0, NF_ACCEPT);
	nfq_nlmsg_verdict_put_mark(nlh, 0);
}

int nfqlb_queue_open(uint16_t number, uint32_t copy_range, uint32_t max_length, uint32_t batch_capacity,
		     struct nfqlb_queue **opened)
{
	struct nfqlb_queue *queue;
	int rc;

	*opened = NULL;
	if (copy_range == 0 || copy_range > COPY_RANGE_MAX || max_length == 0 || batch_capacity == 0 ||
	    batch_capacity > NFQLB_BATCH_CAPACITY_MAX)
		return -EINVAL;
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->fd = -1;
	queue->number = number;
	queue->batch_capacity = batch_capacity;
	prepare_verdicts(queue);
	rc = allocate_buffers(queue, copy_range);
	if (rc == 0)
		rc = open_socket(queue, copy_range, max_length);
	if (rc == 0)
		rc = bind_queue(queue, max_length);
	if (rc == 0)
		rc = start_copying(queue, copy_range);
	if (rc < 0) {
		nfqlb_queue_close(queue);
		return rc;
	}
	*opened = queue;
	return 0;
}

/* Reads what recvmmsg put in one buffer; 1 when that is a packet, otherwise 0, after counting it. */
static int take_message(struct nfqlb_queue *queue, const struct mmsghdr *received, struct nfqlb_packet *packet)
{
	if (received->msg_hdr.msg_flags & MSG_TRUNC)
		increment(&queue->statistics.truncated_messages);
	switch (nfqlb_message_parse(received->msg_hdr.msg_iov->iov_base, received->msg_len, packet)) {
	case NFQLB_MESSAGE_PACKET:
		return 1;
	case NFQLB_MESSAGE_ERROR:
		increment(&queue->statistics.verdict_errors);
		return 0;
	default:
		increment(&queue->statistics.skipped_messages);
		return 0;
	}
}

static int receive(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity, int flags)
{
	int packet_count = 0;
	int received;

	if (capacity > queue->batch_capacity)
		capacity = queue->batch_capacity;
	do {
		received = recvmmsg(queue->fd, queue->headers, capacity, flags, NULL);
	} while (received < 0 && errno == EINTR);
	if (received < 0) {
		if (errno == ENOBUFS)
			increment(&queue->statistics.overruns);
		return errno == ENOBUFS ? 0 : -errno;
	}
	for (int i = 0; i < received; i++)
		packet_count += take_message(queue, &queue->headers[i], &packets[packet_count]);
	return packet_count;
}

int nfqlb_queue_receive(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity)
{
	return receive(queue, packets, capacity, MSG_WAITFORONE);
}

int nfqlb_queue_receive_waiting(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity)
{
	return receive(queue, packets, capacity, MSG_DONTWAIT);
}

/* The kernel's way to do it: the queue has no room at all, and a packet that finds none passes (fail-open). */
int nfqlb_queue_let_pass(const struct nfqlb_queue *queue)
{
	union {
		struct nlmsghdr header;
		char bytes[64];
	} request = { 0 };
	struct nlmsghdr *nlh = nfq_nlmsg_put(request.bytes, NFQNL_MSG_CONFIG, queue->number);

	nfq_nlmsg_cfg_put_qmaxlen(nlh, 0);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_FAIL_OPEN));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(NFQA_CFG_F_FAIL_OPEN));
	return send(queue->fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

int nfqlb_queue_wake(const struct nfqlb_queue *queue)
{
	union {
		struct nlmsghdr header;
		char bytes[64];
	} request = { 0 };
	/* A configuration that changes nothing; the kernel acknowledges it all the same. */
	struct nlmsghdr *nlh = nfq_nlmsg_put(request.bytes, NFQNL_MSG_CONFIG, queue->number);

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
static uint8_t *put_verdict(const struct nfqlb_queue *queue, const struct nfqlb_verdict *last, bool is_run, uint8_t *at)
{
	struct verdict_message *message = (void *)at;

	if (last->accept) {
		*message = queue->accept;
		message->mark = htonl(last->mark);
		at += sizeof(*message);
	} else {
		memcpy(message, &queue->drop, DROP_MESSAGE_SIZE);
		at += DROP_MESSAGE_SIZE;
	}
	if (is_run)
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
		end = put_verdict(queue, &verdicts[i + length - 1], length > 1, end);
	}
	return count ? send_messages(queue->fd, queue->answer, (size_t)(end - queue->answer)) : 0;
}

void nfqlb_queue_read_statistics(const struct nfqlb_queue *queue, struct nfqlb_queue_statistics *statistics)
{
	const struct nfqlb_queue_statistics *from = &queue->statistics;

	statistics->overruns = __atomic_load_n(&from->overruns, __ATOMIC_RELAXED);
	statistics->skipped_messages = __atomic_load_n(&from->skipped_messages, __ATOMIC_RELAXED);
	statistics->truncated_messages = __atomic_load_n(&from->truncated_messages, __ATOMIC_RELAXED);
	statistics->verdict_errors = __atomic_load_n(&from->verdict_errors, __ATOMIC_RELAXED);
}

void nfqlb_queue_close(struct nfqlb_queue *queue)
{
	if (!queue)
		return;
	/* No unbind: the queue belongs to the socket, which another process may have been given by then. */
	if (queue->fd >= 0)
		close(queue->fd);
	free(queue->messages);
	free(queue->headers);
	free(queue->vectors);
	free(queue->answer);
	free(queue);
}
