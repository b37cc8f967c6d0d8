#include "packet.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

enum { HOP_LIMIT = 64 };

_Static_assert(sizeof(struct payload) == PACKET_PAYLOAD_MIN, "a packet has room for what it says");
_Static_assert(sizeof(struct ip6_hdr) + sizeof(struct tcphdr) == PACKET_BYTES_MAX - PACKET_PAYLOAD_MAX,
	       "the longest headers leave what they should");

/* One's complement sum (RFC 1071), not yet folded. Byte order does not matter as long as it is one:
 * words are added as they lie in memory, and so is the result written. */
static uint64_t sum_words(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint16_t word;
	for (; length >= sizeof word; length -= sizeof word, at += sizeof word) {
		memcpy(&word, at, sizeof word);
		sum += word;
	}
	if (length) {
		uint8_t last[2] = { *at, 0 };
		memcpy(&word, last, sizeof word);
		sum += word;
	}
	return sum;
}

static uint16_t checksum(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t write_ipv4(uint8_t *packet, const struct flow *flow, size_t transport_bytes)
{
	struct iphdr header = {
		.version = 4,
		.ihl = sizeof header / 4,
		.tot_len = htons((uint16_t)(sizeof header + transport_bytes)),
		.frag_off = htons(IP_DF),
		.ttl = HOP_LIMIT,
		.protocol = flow->protocol,
	};
	memcpy(&header.saddr, flow->source, sizeof header.saddr);
	memcpy(&header.daddr, flow->destination, sizeof header.daddr);
	header.check = checksum(sum_words(0, &header, sizeof header));
	memcpy(packet, &header, sizeof header);
	return sizeof header;
}

static size_t write_ipv6(uint8_t *packet, const struct flow *flow, size_t transport_bytes)
{
	struct ip6_hdr header = {
		.ip6_flow = htonl(UINT32_C(6) << 28),
		.ip6_plen = htons((uint16_t)transport_bytes),
		.ip6_nxt = flow->protocol,
		.ip6_hops = HOP_LIMIT,
	};
	memcpy(&header.ip6_src, flow->source, sizeof header.ip6_src);
	memcpy(&header.ip6_dst, flow->destination, sizeof header.ip6_dst);
	memcpy(packet, &header, sizeof header);
	return sizeof header;
}

/* Addresses, protocol and length: the same sum for both families (RFC 9293, RFC 8200 section 8.1). */
static uint64_t sum_pseudo_header(const struct flow *flow, size_t transport_bytes)
{
	size_t address_bytes = flow->ipv6 ? 16 : 4;
	uint64_t sum = sum_words(0, flow->source, address_bytes);
	sum = sum_words(sum, flow->destination, address_bytes);
	return sum + htons(flow->protocol) + htons((uint16_t)transport_bytes);
}

static void write_udp(uint8_t *transport, const struct flow *flow, size_t transport_bytes)
{
	struct udphdr header = {
		.source = htons(flow->source_port),
		.dest = htons(flow->destination_port),
		.len = htons((uint16_t)transport_bytes),
	};
	memcpy(transport, &header, sizeof header);
	uint64_t sum = sum_words(sum_pseudo_header(flow, transport_bytes), transport, transport_bytes);
	uint16_t check = checksum(sum);
	header.check = check ? check : 0xffff; /* 0 would mean: no checksum */
	memcpy(transport, &header, sizeof header);
}

static void write_tcp(uint8_t *transport, const struct flow *flow, size_t transport_bytes, uint64_t sequence)
{
	struct tcphdr header = {
		.source = htons(flow->source_port),
		.dest = htons(flow->destination_port),
		.seq = htonl((uint32_t)sequence),
		.ack_seq = htonl(1),
		.doff = sizeof header / 4,
		.ack = 1,
		.psh = 1,
		.window = htons(UINT16_MAX),
	};
	memcpy(transport, &header, sizeof header);
	header.check = checksum(sum_words(sum_pseudo_header(flow, transport_bytes), transport, transport_bytes));
	memcpy(transport, &header, sizeof header);
}

static void write_echo(uint8_t *transport, const struct flow *flow, size_t transport_bytes, uint64_t sequence)
{
	struct icmphdr header = {
		.type = flow->ipv6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO, /* the rest is the same in both */
		.un.echo = { .id = htons(flow->source_port), .sequence = htons((uint16_t)sequence) },
	};
	memcpy(transport, &header, sizeof header);
	uint64_t sum = flow->ipv6 ? sum_pseudo_header(flow, transport_bytes) : 0;
	header.checksum = checksum(sum_words(sum, transport, transport_bytes));
	memcpy(transport, &header, sizeof header);
}

size_t packet_write(uint8_t *packet, const struct flow *flow, const struct payload *payload, size_t payload_bytes)
{
	_Static_assert(sizeof(struct udphdr) == sizeof(struct icmphdr), "all but TCP have as long a header");
	bool tcp = flow->protocol == IPPROTO_TCP;
	size_t header_bytes = tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	size_t transport_bytes = header_bytes + payload_bytes;
	size_t offset = flow->ipv6 ? write_ipv6(packet, flow, transport_bytes)
				   : write_ipv4(packet, flow, transport_bytes);

	memcpy(packet + offset + header_bytes, payload, sizeof *payload);
	if (tcp)
		write_tcp(packet + offset, flow, transport_bytes, payload->sequence);
	else if (flow->protocol == IPPROTO_UDP)
		write_udp(packet + offset, flow, transport_bytes);
	else
		write_echo(packet + offset, flow, transport_bytes, payload->sequence);
	return offset + transport_bytes;
}
