#define _GNU_SOURCE /* struct mmsghdr */
#include "queue_state.h"

#include "queue_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* NFQNL_MAX_COPY_RANGE of the kernel: an attribute's length has 16 bits, its header 4 bytes. */
#define COPY_RANGE_MAX (0xffff - NLA_HDRLEN)

/* Room for the headers and attributes of a packet message beside its payload; they take about 150 bytes. */
#define ATTRIBUTE_SPACE 512

/* Each message starts on its own cache line. */
#define MESSAGE_ALIGNMENT 64

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

static int connect_to_kernel(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int rc;

	if (fd < 0)
		return -errno;
	/* A connected netlink socket takes messages from its peer alone: nobody but the kernel can feed us packets. */
	if (connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int open_socket(struct nfqlb_queue *queue, uint32_t copy_range, uint32_t max_length)
{
	const int on = 1;
	int rc;

	queue->fd = connect_to_kernel();
	if (queue->fd < 0)
		return queue->fd;
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

/* Sends a message that is to be acknowledged; the answer waits in the socket when this returns. */
static int send_for_answer(int fd, struct nlmsghdr *nlh, uint32_t sequence)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = sequence;
	return send(fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The same on a socket to which no packets come: what the kernel says to it, 0 or -errno. */
static int ask_kernel(int fd, struct nlmsghdr *nlh, uint32_t sequence)
{
	union config_message answer;
	ssize_t length;
	int error = send_for_answer(fd, nlh, sequence);

	if (error < 0)
		return error;
	length = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
	if (length < 0)
		return -errno;
	error = nfqlb_error_in_answer(&answer, (size_t)length, sequence);
	return error > 0 ? -EPROTO : error;
}

static void add_command(struct nlmsghdr *message, uint16_t family, uint8_t command)
{
	const struct nfqnl_msg_config_cmd value = { .command = command, .pf = htons(family) };

	nfqlb_message_add(message, NFQA_CFG_CMD, &value, sizeof(value));
}

/*
 * Binds the queue with its length and flags. No packet can come before the answer, as a new queue copies nothing until
 * it is told to (NFQNL_COPY_NONE).
 */
static int bind_queue(const struct nfqlb_queue *queue, uint32_t max_length)
{
	union config_message request = { 0 };
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, queue->number);

	add_command(nlh, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfqlb_message_add_u32(nlh, NFQA_CFG_QUEUE_MAXLEN, max_length);
	nfqlb_message_add_u32(nlh, NFQA_CFG_FLAGS, NFQA_CFG_F_GSO);
	nfqlb_message_add_u32(nlh, NFQA_CFG_MASK, NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN);
	return ask_kernel(queue->fd, nlh, SEQUENCE_BIND);
}

/*
 * Starts or changes the copying of packets. The answer may come behind packets: then nfqlb_queue_receive() finds it,
 * and fails when it is a refusal.
 */
static int configure_copying(struct nfqlb_queue *queue, uint32_t copy_range, uint32_t max_length)
{
	union config_message request = { 0 }, answer;
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, queue->number);
	const struct nfqnl_msg_config_params copying = {
		.copy_range = htonl(copy_range),
		.copy_mode = NFQNL_COPY_PACKET,
	};
	ssize_t length;
	int error;

	nfqlb_message_add_u32(nlh, NFQA_CFG_QUEUE_MAXLEN, max_length);
	nfqlb_message_add(nlh, NFQA_CFG_PARAMS, &copying, sizeof(copying));
	error = send_for_answer(queue->fd, nlh, queue->own_sequence);
	if (error < 0)
		return error;
	length = recv(queue->fd, &answer, sizeof(answer), MSG_DONTWAIT | MSG_PEEK);
	if (length < 0)
		return errno == EAGAIN ? 0 : -errno;
	error = nfqlb_error_in_answer(&answer, (size_t)length, queue->own_sequence);
	if (error > 0)
		return 0;
	recv(queue->fd, &answer, sizeof(answer), MSG_DONTWAIT);
	return error;
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

static void begin_verdict(struct verdict_message *message, uint16_t type, uint16_t queue, uint32_t verdict)
{
	const struct nfqnl_msg_verdict_hdr header = { .verdict = htonl(verdict) };

	nfqlb_message_add(nfqlb_message_begin(message, type, queue), NFQA_VERDICT_HDR, &header, sizeof(header));
}

/* Complete messages that lack only the id and the mark. None asks for an acknowledgement. */
static void prepare_verdicts(struct nfqlb_queue *queue)
{
	begin_verdict(&queue->drop, NFQNL_MSG_VERDICT, queue->number, NF_DROP);
	begin_verdict(&queue->accept, NFQNL_MSG_VERDICT, queue->number, NF_ACCEPT);
	nfqlb_message_add_u32(&queue->accept.header, NFQA_MARK, 0);
	begin_verdict(&queue->repeat, NFQNL_MSG_VERDICT_BATCH, queue->number, NF_REPEAT);
	queue->repeat.header.nlmsg_seq = SEQUENCE_RECALL;
}

/* A queue with all it needs but its socket. */
static int allocate_queue(int fd, uint16_t number, uint32_t copy_range, uint32_t batch_capacity,
			  struct nfqlb_queue **allocated)
{
	struct nfqlb_queue *queue;
	int rc;

	if (copy_range == 0 || copy_range > COPY_RANGE_MAX || batch_capacity == 0 ||
	    batch_capacity > NFQLB_BATCH_CAPACITY_MAX)
		return -EINVAL;
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->fd = -1;
	queue->number = number;
	if (getrandom(&queue->own_sequence, sizeof(queue->own_sequence), GRND_NONBLOCK) < 0)
		queue->own_sequence = (uint32_t)getpid();
	queue->own_sequence = (queue->own_sequence & ~SEQUENCE_VERDICT) | SEQUENCE_OWN;
	queue->batch_capacity = batch_capacity;
	prepare_verdicts(queue);
	rc = allocate_buffers(queue, copy_range);
	if (rc < 0) {
		nfqlb_queue_close(queue);
		return rc;
	}
	queue->fd = fd;
	*allocated = queue;
	return 0;
}

/* SO_NETNS_COOKIE names the network namespace of a socket, for anybody; kernels before 5.14 do not have it. */
static int namespace_of(int fd, uint64_t *cookie)
{
	socklen_t length = sizeof(*cookie);

	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &length) < 0 ? -errno : 0;
}

int nfqlb_queue_is_foreign(const struct nfqlb_queue *queue)
{
	int here = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t of_queue, of_here;
	int rc;

	if (here < 0)
		return -errno;
	rc = namespace_of(here, &of_here);
	if (rc == 0)
		rc = namespace_of(queue->fd, &of_queue);
	close(here);
	if (rc < 0)
		return rc == -ENOPROTOOPT ? 0 : rc;
	return of_queue != of_here;
}

/*
 * Would the kernel take verdicts from this process? It judges the process that sends, not the one that has made the
 * socket; and as an adopted socket's other owner may take the answers, a socket of its own has to ask. The message is
 * one that the kernel takes from those who may use queues, and that does nothing since Linux 3.8.
 */
static int check_right(void)
{
	union config_message request = { 0 };
	struct nlmsghdr *nlh = nfqlb_message_begin(&request, NFQNL_MSG_CONFIG, 0);
	int fd = connect_to_kernel();
	int rc;

	if (fd < 0)
		return fd;
	add_command(nlh, AF_INET, NFQNL_CFG_CMD_PF_BIND);
	rc = ask_kernel(fd, nlh, SEQUENCE_BIND);
	close(fd);
	return rc;
}

int nfqlb_queue_adopt(int descriptor, uint16_t number, uint32_t copy_range, uint32_t batch_capacity,
		      struct nfqlb_queue **adopted)
{
	struct nfqlb_queue *queue;
	int rc;

	*adopted = NULL;
	rc = allocate_queue(descriptor, number, copy_range, batch_capacity, &queue);
	if (rc < 0) {
		close(descriptor);
		return rc;
	}
	rc = nfqlb_queue_is_foreign(queue);
	if (rc == 0)
		rc = check_right();
	if (rc != 0) {
		nfqlb_queue_close(queue);
		return rc > 0 ? -EXDEV : rc;
	}
	*adopted = queue;
	return 0;
}

int nfqlb_queue_configure(struct nfqlb_queue *queue, uint32_t copy_range, uint32_t max_length)
{
	int rc = set_buffer(queue->fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer_bytes(copy_range, max_length));

	return rc < 0 ? rc : configure_copying(queue, copy_range, max_length);
}

int nfqlb_queue_descriptor(const struct nfqlb_queue *queue)
{
	return queue->fd;
}

int nfqlb_queue_port_id(const struct nfqlb_queue *queue, uint32_t *port_id)
{
	struct sockaddr_nl address = { 0 };
	socklen_t length = sizeof(address);

	if (getsockname(queue->fd, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	*port_id = address.nl_pid;
	return address.nl_family == AF_NETLINK ? 0 : -ENOTSOCK;
}

int nfqlb_queue_open(uint16_t number, uint32_t copy_range, uint32_t max_length, uint32_t batch_capacity,
		     struct nfqlb_queue **opened)
{
	struct nfqlb_queue *queue;
	int rc;

	*opened = NULL;
	if (max_length == 0)
		return -EINVAL;
	rc = allocate_queue(-1, number, copy_range, batch_capacity, &queue);
	if (rc < 0)
		return rc;
	rc = open_socket(queue, copy_range, max_length);
	if (rc == 0)
		rc = bind_queue(queue, max_length);
	if (rc == 0)
		rc = configure_copying(queue, copy_range, max_length);
	if (rc < 0) {
		nfqlb_queue_close(queue);
		return rc;
	}
	*opened = queue;
	return 0;
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
