#include "queue_message.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

struct nlmsghdr *nfqlb_message_begin(void *buffer, uint16_t type, uint16_t queue)
{
	struct nlmsghdr *message = buffer;
	struct nfgenmsg *subject = NLMSG_DATA(message);

	message->nlmsg_len = NLMSG_LENGTH(sizeof(*subject));
	message->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST;
	subject->nfgen_family = AF_UNSPEC;
	subject->version = NFNETLINK_V0;
	subject->res_id = htons(queue);
	return message;
}

void nfqlb_message_add(struct nlmsghdr *message, uint16_t type, const void *value, size_t length)
{
	struct nlattr *attribute = (void *)((uint8_t *)message + message->nlmsg_len);

	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy(attribute + 1, value, length);
	message->nlmsg_len += NLA_ALIGN(attribute->nla_len);
}

void nfqlb_message_add_u32(struct nlmsghdr *message, uint16_t type, uint32_t value)
{
	const uint32_t big_endian = htonl(value);

	nfqlb_message_add(message, type, &big_endian, sizeof(big_endian));
}
