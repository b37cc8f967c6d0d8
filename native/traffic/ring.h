#pragma once

#include <stddef.h>
#include <stdint.h>

/* Packets of a device through memory shared with the kernel (PACKET_MMAP, TPACKET_V3):
 * no system call a packet, and room for some hundred thousand while this process does not run. */
struct ring {
	int fd;
	uint8_t *blocks;
	unsigned next; /* the block to look at next */
};

/* One received packet: its first bytes from the IP header on, and when it came (Unix time). */
struct ring_packet {
	const uint8_t *bytes;
	size_t length;
	uint64_t time_ns;
};

enum { RING_WHOLE_PACKETS = 0 };

/* From here on every packet that comes in through the device is in the ring: its first `snap_bytes`, or all of it. */
void ring_open(struct ring *ring, const char *device, unsigned snap_bytes);

/* Gives all packets that are ready to `take`; returns how many there were. */
uint64_t ring_drain(struct ring *ring, void (*take)(void *context, const struct ring_packet *packet), void *context);

/* The kernel hands over a block that is not full after this time. */
enum { RING_RETIRE_MS = 5 };

/* Packets lost because the ring was full. */
uint64_t ring_dropped(const struct ring *ring);
