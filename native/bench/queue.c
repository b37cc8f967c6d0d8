#include "queue.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SEND_BUFFER_BYTES = 128 * sizeof(struct verdict) + 4096 };

/* As large as nfqlb's: a full queue of messages, which count with what they occupy in the kernel. */
enum { RECEIVE_BUFFER_BYTES = 2 * (COPY_RANGE_BYTES + 1024) * QUEUE_LENGTH };

static void set_option(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof value) < 0)
		err(EXIT_FAILURE, "%s", what);
}

static int open_socket(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
		err(EXIT_FAILURE, "netlink socket");
	set_option(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, 1, "NETLINK_NO_ENOBUFS");
	set_option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1, "NETLINK_CAP_ACK");
	/* The kernel doubles both numbers. */
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES / 2, "SO_RCVBUFFORCE");
	set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES / 2, "SO_SNDBUFFORCE");
	return fd;
}

/* A message to nfnetlink_queue under construction. */
struct request {
	struct nlmsghdr header;
	struct nfgenmsg family;
	uint8_t attributes[128];
};

static struct request request_start(uint16_t queue)
{
	return (struct request){
		.header = {
			.nlmsg_len = offsetof(struct request, attributes),
			.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_CONFIG,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.family = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(queue) },
	};
}

static void request_add(struct request *request, uint16_t type, const void *value, size_t length)
{
	struct nlattr *attribute = (void *)((uint8_t *)request + request->header.nlmsg_len);
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((uint8_t *)attribute + NLA_HDRLEN, value, length);
	request->header.nlmsg_len += NLA_ALIGN(attribute->nla_len);
}

/* Sends it and takes the acknowledgement, the first message in the socket as long as nothing is copied. */
static void request_send(int fd, const struct request *request, const char *what)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		uint8_t rest[256];
	} answer;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		err(EXIT_FAILURE, "%s", what);
	if (recv(fd, &answer, sizeof answer, 0) < (ssize_t)offsetof(__typeof__(answer), rest) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		errx(EXIT_FAILURE, "%s: not an acknowledgement", what);
	errno = -answer.error.error;
	if (errno)
		err(EXIT_FAILURE, "%s", what);
}

static void bind_queue(int fd, uint16_t number)
{
	const struct nfqnl_msg_config_cmd command = { .command = NFQNL_CFG_CMD_BIND };
	const uint32_t length = htonl(QUEUE_LENGTH);
	const uint32_t flags = htonl(NFQA_CFG_F_GSO), mask = htonl(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN);
	struct request request = request_start(number);
	request_add(&request, NFQA_CFG_CMD, &command, sizeof command);
	request_add(&request, NFQA_CFG_QUEUE_MAXLEN, &length, sizeof length);
	request_add(&request, NFQA_CFG_FLAGS, &flags, sizeof flags);
	request_add(&request, NFQA_CFG_MASK, &mask, sizeof mask);
	request_send(fd, &request, "binding the queue");
}

/* Not acknowledged: the acknowledgement might come behind the first packets. */
static void start_copying(int fd, uint16_t number)
{
	const struct nfqnl_msg_config_params parameters = {
		.copy_range = htonl(COPY_RANGE_BYTES),
		.copy_mode = NFQNL_COPY_PACKET,
	};
	struct request request = request_start(number);
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request_add(&request, NFQA_CFG_PARAMS, &parameters, sizeof parameters);
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0)
		err(EXIT_FAILURE, "setting the copy range");
}

int queue_open(uint16_t number)
{
	int fd = open_socket();
	bind_queue(fd, number);
	start_copying(fd, number);
	return fd;
}

bool queue_packet_id(const void *message, size_t length, uint32_t *id)
{
	const struct nlmsghdr *header = message;
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	if (length < at || header->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
		return false;
	while (length - at >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)((const uint8_t *)message + at);
		const struct nfqnl_msg_packet_hdr *packet = (const void *)(attribute + 1);
		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > length - at)
			return false;
		/* In fact always the first one. */
		if (attribute->nla_type == NFQA_PACKET_HDR && attribute->nla_len >= NLA_HDRLEN + sizeof *packet) {
			memcpy(id, &packet->packet_id, sizeof *id);
			return true;
		}
		size_t taken = NLA_ALIGN((size_t)attribute->nla_len);
		if (taken >= length - at)
			return false;
		at += taken;
	}
	return false;
}

struct verdict queue_verdict(uint16_t number)
{
	return (struct verdict){
		.header = {
			.nlmsg_len = sizeof(struct verdict),
			.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_VERDICT,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.family = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(number) },
		.verdict_header = { .nla_len = NLA_HDRLEN + sizeof(struct nfqnl_msg_verdict_hdr),
				    .nla_type = NFQA_VERDICT_HDR },
		.verdict = { .verdict = htonl(NF_ACCEPT) },
		.mark_header = { .nla_len = NLA_HDRLEN + sizeof(uint32_t), .nla_type = NFQA_MARK },
	};
}
