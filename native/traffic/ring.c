#include "ring.h"

#include "clock.h"
#include "fail.h"
#include "sockets.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>

/* A small packet takes some 200 bytes: 160,000 of them fit. */
enum { BLOCK_BYTES = 1 << 18, BLOCK_COUNT = 128, FRAME_BYTES = 1 << 11 };

static void set_snap_length(int fd, unsigned snap_bytes)
{
	struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, snap_bytes);
	struct sock_fprog program = { .len = 1, .filter = &keep };
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
		fail_errno("SO_ATTACH_FILTER");
}

static void map_blocks(struct ring *ring)
{
	struct tpacket_req3 request = {
		.tp_block_size = BLOCK_BYTES,
		.tp_block_nr = BLOCK_COUNT,
		.tp_frame_size = FRAME_BYTES,
		.tp_frame_nr = BLOCK_BYTES / FRAME_BYTES * BLOCK_COUNT,
		.tp_retire_blk_tov = RING_RETIRE_MS,
	};
	if (!socket_option(ring->fd, SOL_PACKET, PACKET_VERSION, TPACKET_V3) ||
	    setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0)
		fail_errno("receive ring");
	ring->blocks = mmap(NULL, (size_t)BLOCK_BYTES * BLOCK_COUNT, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (ring->blocks == MAP_FAILED)
		fail_errno("mapping the receive ring");
}

void ring_open(struct ring *ring, const char *device, unsigned snap_bytes)
{
	*ring = (struct ring){ 0 };
	struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	if (!link.sll_ifindex)
		fail_errno("device %s", device);
	/* Protocol 0 receives nothing; the bind at the end opens the gate. */
	ring->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ring->fd < 0)
		fail_errno("packet socket");
	if (!socket_option(ring->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1))
		fail_errno("PACKET_IGNORE_OUTGOING");
	if (snap_bytes != RING_WHOLE_PACKETS)
		set_snap_length(ring->fd, snap_bytes);
	map_blocks(ring);
	if (bind(ring->fd, (struct sockaddr *)&link, sizeof link) < 0)
		fail_errno("device %s", device);
}

static uint64_t drain_block(const struct tpacket_block_desc *block,
			    void (*take)(void *context, const struct ring_packet *packet), void *context)
{
	uint32_t count = block->hdr.bh1.num_pkts;
	const uint8_t *at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
	for (uint32_t i = 0; i < count; i++) {
		const struct tpacket3_hdr *header = (const void *)at;
		struct ring_packet packet = {
			.bytes = at + header->tp_net,
			.length = header->tp_snaplen,
			.time_ns = header->tp_sec * NANOSECONDS_PER_SECOND + header->tp_nsec,
		};
		take(context, &packet);
		at += header->tp_next_offset;
	}
	return count;
}

uint64_t ring_drain(struct ring *ring, void (*take)(void *context, const struct ring_packet *packet), void *context)
{
	uint64_t taken = 0;
	for (unsigned blocks = 0; blocks < BLOCK_COUNT; blocks++) {
		struct tpacket_block_desc *block = (void *)(ring->blocks + (size_t)ring->next * BLOCK_BYTES);
		uint32_t *status = &block->hdr.bh1.block_status;
		/* The kernel writes the block before its status, and takes it back after ours. */
		if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		taken += drain_block(block, take, context);
		__atomic_store_n(status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		ring->next = (ring->next + 1) % BLOCK_COUNT;
	}
	return taken;
}

uint64_t ring_dropped(const struct ring *ring)
{
	struct tpacket_stats_v3 statistics;
	socklen_t length = sizeof statistics;
	if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0)
		fail_errno("PACKET_STATISTICS");
	return statistics.tp_drops;
}
