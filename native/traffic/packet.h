#pragma once

#include "flows.h"
#include "payload.h"

#include <stddef.h>
#include <stdint.h>

enum { PACKET_BYTES_MAX = 1500 };

/* The least and the most a packet may carry behind its transport header. */
enum { PACKET_PAYLOAD_MIN = 32, PACKET_PAYLOAD_MAX = PACKET_BYTES_MAX - 60 };

/* Writes an IP packet of the flow with valid checksums; returns its length. Behind what it has to say, its payload
 * is what lies in the buffer. TCP packets are data segments in mid-stream (ACK and PSH): a stateless
 * path takes them as they are, and nobody keeps a half-open connection for them. */
size_t packet_write(uint8_t *packet, const struct flow *flow, const struct payload *payload, size_t payload_bytes);
