#include "packet_message.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>

#define PACKET_MESSAGE_TYPE ((NFNL_SUBSYS_QUEUE << 8) | NFQNL_MSG_PACKET)
#define ATTRIBUTES_OFFSET (NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg)))

static uint32_t read_u32(const void *big_endian)
{
	uint32_t value;

	memcpy(&value, big_endian, sizeof(value));
	return ntohl(value);
}

/* Takes one attribute whole; true when it is the packet header, without which there is no id to answer to. */
static bool read_attribute(uint16_t type, const uint8_t *value, size_t length, struct nfqlb_packet *packet)
{
	const struct nfqnl_msg_packet_hdr *header = (const void *)value;

	if (type == NFQA_PAYLOAD) {
		packet->payload = value;
		packet->payload_length = (uint32_t)length;
		return false;
	}
	if (length < sizeof(uint32_t))
		return false;
	switch (type) {
	case NFQA_PACKET_HDR:
		if (length < sizeof(*header))
			return false;
		packet->id = ntohl(header->packet_id);
		packet->hw_protocol = ntohs(header->hw_protocol);
		return true;
	case NFQA_MARK:
		packet->mark = read_u32(value);
		break;
	case NFQA_IFINDEX_INDEV:
		packet->incoming_link = read_u32(value);
		break;
	case NFQA_CAP_LEN:
		packet->original_length = read_u32(value);
		break;
	case NFQA_SKB_INFO:
		packet->is_gso = (read_u32(value) & NFQA_SKB_GSO) != 0;
		break;
	}
	return false;
}

/* The kernel's walk over attributes, of which none is trusted to end within the message. */
static bool read_attributes(const uint8_t *at, size_t remaining, struct nfqlb_packet *packet)
{
	bool has_header = false;

	*packet = (struct nfqlb_packet){ .payload = at };
	while (remaining >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)at;
		const uint16_t type = attribute->nla_type & NLA_TYPE_MASK;
		size_t length = attribute->nla_len;

		if (length < NLA_HDRLEN)
			break;
		if (length > remaining) {
			if (type != NFQA_PAYLOAD)
				break;
			length = remaining; /* cut, as by the copy range */
		}
		has_header |= read_attribute(type, at + NLA_HDRLEN, length - NLA_HDRLEN, packet);
		if (NLA_ALIGN(length) >= remaining) /* the last one need not be padded */
			break;
		at += NLA_ALIGN(length);
		remaining -= NLA_ALIGN(length);
	}
	/* The kernel leaves NFQA_CAP_LEN out where it copied the whole packet. */
	if (packet->original_length < packet->payload_length)
		packet->original_length = packet->payload_length;
	return has_header;
}

enum nfqlb_message_kind nfqlb_message_parse(const uint8_t *datagram, size_t length, struct nfqlb_packet *packet)
{
	const struct nlmsghdr *header = (const void *)datagram;
	int32_t error;

	if (length < NLMSG_HDRLEN)
		return NFQLB_MESSAGE_OTHER;
	if (header->nlmsg_len < length)
		length = header->nlmsg_len;
	if (header->nlmsg_type == NLMSG_ERROR && length >= NLMSG_HDRLEN + sizeof(error)) {
		memcpy(&error, datagram + NLMSG_HDRLEN, sizeof(error));
		return error ? NFQLB_MESSAGE_ERROR : NFQLB_MESSAGE_OTHER;
	}
	if (header->nlmsg_type != PACKET_MESSAGE_TYPE || length < ATTRIBUTES_OFFSET ||
	    !read_attributes(datagram + ATTRIBUTES_OFFSET, length - ATTRIBUTES_OFFSET, packet))
		return NFQLB_MESSAGE_OTHER;
	return NFQLB_MESSAGE_PACKET;
}
