#include "flows.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { SOURCE_PORT_FIRST = 1024, SOURCE_PORT_COUNT = 65536 - SOURCE_PORT_FIRST, HOST_BITS_USED_MAX = 32 };

/* splitmix64's finisher: every input bit reaches every output bit. */
static uint64_t mix(uint64_t seed, uint64_t value)
{
	uint64_t x = value + (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* A permutation of 0..size-1 that the seed chooses: a Feistel network over the next even number of bits,
 * walked on until it lands inside. That makes flows look random and yet never meet. */
static uint64_t permute(uint64_t value, uint64_t size, uint64_t seed)
{
	enum { ROUNDS = 4 };
	unsigned half_bits = 1;
	while (UINT64_C(1) << 2 * half_bits < size)
		half_bits++;
	uint64_t half_mask = (UINT64_C(1) << half_bits) - 1;
	do {
		uint64_t left = value >> half_bits, right = value & half_mask;
		for (uint64_t round = 0; round < ROUNDS; round++) {
			uint64_t next = left ^ (mix(seed * ROUNDS + round, right) & half_mask);
			left = right;
			right = next;
		}
		value = left << half_bits | right;
	} while (value >= size);
	return value;
}

/* Without the prefix's first address, and in IPv4 the last: they name the net itself and its broadcast. */
static uint64_t host_count(const struct prefix *prefix, bool ipv6)
{
	unsigned bits = prefix->host_bits < HOST_BITS_USED_MAX ? prefix->host_bits : HOST_BITS_USED_MAX;
	uint64_t all = UINT64_C(1) << bits;
	if (bits < 2)
		return all;
	return ipv6 ? all - 1 : all - 2;
}

static void write_host(uint8_t *address, size_t length, const struct prefix *prefix, uint64_t host)
{
	host += prefix->host_bits < 2 ? 0 : 1;
	memcpy(address, prefix->bytes, length);
	for (size_t byte = length; host; host >>= 8)
		address[--byte] |= (uint8_t)host;
}

/* Counts on from an address in its last 32 bits. */
static void advance(uint8_t *address, size_t length, uint64_t steps)
{
	uint32_t last;
	memcpy(&last, address + length - sizeof last, sizeof last);
	last = htonl(ntohl(last) + (uint32_t)steps);
	memcpy(address + length - sizeof last, &last, sizeof last);
}

uint64_t flow_capacity(const struct prefix *source, bool ipv6)
{
	return host_count(source, ipv6) * SOURCE_PORT_COUNT;
}

static uint8_t protocol_at(const struct flow_plan *plan, bool ipv6, uint64_t turn)
{
	if (plan->echo)
		return ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	bool both = plan->protocols.tcp && plan->protocols.udp;
	return (both ? turn & 1 : plan->protocols.tcp) ? IPPROTO_TCP : IPPROTO_UDP;
}

struct flow flow_at(const struct flow_plan *plan, uint64_t index)
{
	bool both_families = plan->ipv4 && plan->ipv6;
	bool ipv6 = both_families ? index & 1 : plan->ipv6;
	uint64_t turn = both_families ? index >> 1 : index;

	const struct prefix *source = ipv6 ? &plan->source6 : &plan->source4;
	uint64_t place = permute(index, flow_capacity(source, ipv6), plan->seed);
	uint64_t ports = (uint64_t)plan->destination_port_last - plan->destination_port_first + 1;
	struct flow flow = {
		.ipv6 = ipv6,
		.protocol = protocol_at(plan, ipv6, turn),
		.source_port = (uint16_t)(SOURCE_PORT_FIRST + place % SOURCE_PORT_COUNT),
		.destination_port = plan->echo ? 0 : (uint16_t)(plan->destination_port_first + mix(~plan->seed, index) % ports),
	};
	size_t length = ipv6 ? 16 : 4;
	write_host(flow.source, length, source, place / SOURCE_PORT_COUNT);
	memcpy(flow.destination, ipv6 ? plan->destination6 : plan->destination4, length);
	advance(flow.destination, length, index % plan->destination_count);
	return flow;
}
