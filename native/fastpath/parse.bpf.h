/*
 * What of a packet flows are matched by and hashes are taken of, or why it is left to the queue.
 */
#ifndef NFQLB_FASTPATH_PARSE_H
#define NFQLB_FASTPATH_PARSE_H

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"

/* An address: IPv4 as ::ffff:a.b.c.d. Host byte order. */
struct address {
	__u64 high;
	__u64 low;
};

/* What flows are matched by and hashes are taken of. Ports in host byte order. */
struct key {
	struct address source;
	struct address destination;
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol; /* FASTPATH_TCP, ... */
	__u32 length;   /* bytes from the IP header on */
};

static __always_inline int protocol_of(__u8 number, __u32 *protocol)
{
	switch (number) {
	case IPPROTO_TCP:
		*protocol = FASTPATH_TCP;
		return 0;
	case IPPROTO_UDP:
		*protocol = FASTPATH_UDP;
		return 0;
	case IPPROTO_SCTP:
		*protocol = FASTPATH_SCTP;
		return 0;
	default:
		return FASTPATH_LEFT_PROTOCOL;
	}
}

/*
 * The IP header with the ports behind it, size bytes: where they stand, on Ethernet and when they are in one piece, else a
 * copy; null where the packet is shorter. A VLAN header that the kernel has left between shows in the first one's type.
 */
static __always_inline const void *header_of(struct __sk_buff *skb, __u32 is_ethernet, void *copy, __u32 size)
{
	const struct ethhdr *frame = (void *)(long)skb->data;
	const void *header = frame + 1;

	if (is_ethernet && header + size <= (void *)(long)skb->data_end && frame->h_proto == skb->protocol)
		return header;
	return bpf_skb_load_bytes_relative(skb, 0, copy, size, BPF_HDR_START_NET) ? 0 : copy;
}

/* RFC 791 section 3.1, with the ports behind a header without options. */
static __always_inline int parse_ipv4(struct __sk_buff *skb, __u32 is_ethernet, struct key *key)
{
	struct ipv4 {
		__u8 version_and_length;
		__u8 service;
		__be16 total_bytes;
		__be16 id;
		__be16 fragment;
		__u8 hop_limit;
		__u8 protocol;
		__be16 checksum;
		__be32 source;
		__be32 destination;
		__be16 source_port;
		__be16 destination_port;
	} copy;
	const struct ipv4 *ip = header_of(skb, is_ethernet, &copy, sizeof(copy));
	const __u64 mapped = 0x0000ffff00000000;

	if (!ip)
		return FASTPATH_LEFT_SHORT;
	if (ip->version_and_length != 0x45)
		return FASTPATH_LEFT_EXTENDED;
	if (ip->fragment & bpf_htons(0x3fff))
		return FASTPATH_LEFT_FRAGMENT;
	/* The kernel cuts a packet at its own word before the queue sees it, and drops one that promises too much. */
	key->length = bpf_ntohs(ip->total_bytes);
	if (key->length < sizeof(*ip) || key->length > skb->len)
		return FASTPATH_LEFT_SHORT;
	key->source.high = 0;
	key->source.low = mapped | bpf_ntohl(ip->source);
	key->destination.high = 0;
	key->destination.low = mapped | bpf_ntohl(ip->destination);
	key->source_port = bpf_ntohs(ip->source_port);
	key->destination_port = bpf_ntohs(ip->destination_port);
	return protocol_of(ip->protocol, &key->protocol);
}

/* RFC 8200 section 3, with the ports behind a header without extensions. */
static __always_inline int parse_ipv6(struct __sk_buff *skb, __u32 is_ethernet, struct key *key)
{
	struct ipv6 {
		__u8 version;
		__u8 flow_label[3];
		__be16 payload_bytes;
		__u8 next_header;
		__u8 hop_limit;
		__be64 source[2];
		__be64 destination[2];
		__be16 source_port;
		__be16 destination_port;
	} copy;
	const __u32 header_bytes = 40;
	const __u32 ports_end = header_bytes + 4;
	const struct ipv6 *ip = header_of(skb, is_ethernet, &copy, ports_end);

	if (!ip)
		return FASTPATH_LEFT_SHORT;
	if (ip->version >> 4 != 6)
		return FASTPATH_LEFT_SHORT;
	key->length = header_bytes + bpf_ntohs(ip->payload_bytes);
	if (key->length < ports_end || key->length > skb->len)
		return FASTPATH_LEFT_SHORT;
	key->source.high = bpf_be64_to_cpu(ip->source[0]);
	key->source.low = bpf_be64_to_cpu(ip->source[1]);
	key->destination.high = bpf_be64_to_cpu(ip->destination[0]);
	key->destination.low = bpf_be64_to_cpu(ip->destination[1]);
	/* No such address travels; the compiler counts on an IPv4 destination having an IPv4 source. */
	if (key->destination.high == 0 && key->destination.low >> 32 == 0xffff)
		return FASTPATH_LEFT_NOT_OURS;
	key->source_port = bpf_ntohs(ip->source_port);
	key->destination_port = bpf_ntohs(ip->destination_port);
	return protocol_of(ip->next_header, &key->protocol);
}

static __always_inline int parse(struct __sk_buff *skb, __u32 is_ethernet, struct key *key)
{
	/* With a VLAN tag beside it, it belongs to another device, at whose ingress it comes by once more. */
	if (skb->pkt_type != PACKET_HOST || skb->vlan_present)
		return FASTPATH_LEFT_NOT_OURS;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return parse_ipv4(skb, is_ethernet, key);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(skb, is_ethernet, key);
	return FASTPATH_LEFT_NOT_OURS;
}

#endif
