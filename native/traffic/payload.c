#include "payload.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

/* Where the transport header starts and which it is; 0 when this is not IP with a whole header.
 * Injected packets have no IPv6 extension headers. */
static size_t transport_offset(const uint8_t *packet, size_t length, uint8_t *protocol)
{
	if (length >= sizeof(struct iphdr) && packet[0] >> 4 == 4) {
		*protocol = packet[offsetof(struct iphdr, protocol)];
		return (size_t)(packet[0] & 15) * 4;
	}
	if (length >= sizeof(struct ip6_hdr) && packet[0] >> 4 == 6) {
		*protocol = packet[offsetof(struct ip6_hdr, ip6_nxt)];
		return sizeof(struct ip6_hdr);
	}
	return 0;
}

bool payload_find(const uint8_t *packet, size_t length, struct payload *payload)
{
	enum { TCP_OFFSET_BYTE = 12 }; /* the header's length in words, in the upper half of it */
	uint8_t protocol;
	size_t offset = transport_offset(packet, length, &protocol);
	if (!offset)
		return false;
	if (protocol == IPPROTO_UDP || protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		offset += sizeof(struct udphdr); /* an echo request has as long a header */
	else if (protocol == IPPROTO_TCP && length > offset + TCP_OFFSET_BYTE)
		offset += (size_t)(packet[offset + TCP_OFFSET_BYTE] >> 4) * 4;
	else
		return false;
	if (length < offset + sizeof *payload)
		return false;
	memcpy(payload, packet + offset, sizeof *payload);
	return payload->magic == PAYLOAD_MAGIC;
}
