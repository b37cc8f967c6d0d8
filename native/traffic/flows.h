#pragma once

#include "options.h"

#include <stdbool.h>
#include <stdint.h>

/* Made-up flows: as many as wanted, all different, the same for the same seed. */

/* A range of addresses to come from. */
struct prefix {
	uint8_t bytes[16];  /* IPv4 in the first four */
	unsigned host_bits; /* the free ones at the end */
};

struct flow_plan {
	bool ipv4, ipv6;
	struct protocols protocols;
	bool echo; /* ICMP echo requests instead of these protocols */
	struct prefix source4, source6;
	uint8_t destination4[4], destination6[16];
	uint64_t destination_count; /* that address and those behind it */
	uint16_t destination_port_first, destination_port_last;
	uint64_t seed;
	uint64_t count;
};

/* One flow; ports in host order. */
struct flow {
	bool ipv6;
	uint8_t protocol; /* IPPROTO_TCP, _UDP, _ICMP or _ICMPV6 */
	uint8_t source[16];
	uint8_t destination[16];
	uint16_t source_port, destination_port; /* of an echo request: its id, and 0 */
};

/* How many different flows of a family the plan's source addresses and ports allow. */
uint64_t flow_capacity(const struct prefix *source, bool ipv6);

/* The flow with this index, below the plan's count. Families, protocols and destinations take turns. */
struct flow flow_at(const struct flow_plan *plan, uint64_t index);
