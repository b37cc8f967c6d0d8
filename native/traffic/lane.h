#pragma once

#include "packet.h"

#include <net/ethernet.h>
#include <stdint.h>
#include <sys/socket.h>

enum { LANE_BATCH = 64 };

/* A socket that takes ready-made packets, and those that wait to go out through it in one system call. */
struct lane {
	int fd;
	size_t header_bytes; /* of the link layer, in front of each packet */
	uint8_t header[ETHER_HDR_LEN];
	unsigned used;
	uint64_t sent;
	uint64_t errors;
	int last_error; /* errno of the last packet that could not be sent */
	struct mmsghdr messages[LANE_BATCH];
	struct iovec vectors[LANE_BATCH];
	uint8_t packets[LANE_BATCH][ETHER_HDR_LEN + PACKET_BYTES_MAX];
};

/* Through the kernel's routing, to one destination (4 or 16 bytes). */
struct lane *lane_open_routed(bool ipv6, const uint8_t *destination);

/* Straight out of a device, past routing, to the station with this address. */
struct lane *lane_open_device(const char *device, const uint8_t station[ETH_ALEN]);

/* From the next packet on, a lane of a device sends to this station. */
void lane_set_station(struct lane *lane, const uint8_t station[ETH_ALEN]);

/* Where to write the next IP packet; the lane must not be full. */
uint8_t *lane_next(struct lane *lane);

/* Takes the packet written there; sends all when that was the last place. */
void lane_add(struct lane *lane, bool ipv6, size_t packet_bytes);

/* Sends what waits. A packet that the kernel refuses is counted and left out. */
void lane_flush(struct lane *lane);

void lane_close(struct lane *lane);
