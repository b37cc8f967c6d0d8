#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an injected packet carries behind its TCP, UDP or ICMP header, in host order: both ends are this machine. */
struct payload {
	uint64_t magic;
	uint64_t flow;     /* index, from 0 */
	uint64_t sequence; /* of the packet among all of its injection, from 0 */
	uint64_t sent_ns;  /* Unix time just before it went out */
};

#define PAYLOAD_MAGIC UINT64_C(0x9a7c3be15f20d846)

/* Finds it in an IPv4 or IPv6 packet; false when the packet is none of ours, or cut too short to tell. */
bool payload_find(const uint8_t *packet, size_t length, struct payload *payload);
