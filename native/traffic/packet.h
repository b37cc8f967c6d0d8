#pragma once

#include "flows.h"

#include <stddef.h>
#include <stdint.h>

enum { PACKET_BYTES_MAX = 1500 };

/* The least and the most a packet may carry behind its transport header. */
enum { PACKET_PAYLOAD_MIN = 24, PACKET_PAYLOAD_MAX = PACKET_BYTES_MAX - 60 };

/* Writes an IP packet of the flow with valid checksums; returns its length. Its payload is filled up with
 * what lies in the buffer. TCP packets are data segments in mid-stream (ACK and PSH): a stateless
 * path takes them as they are, and nobody keeps a half-open connection for them. */
size_t packet_write(uint8_t *packet, const struct flow *flow, uint64_t flow_index, uint64_t sequence,
		    size_t payload_bytes);
