/*
 * Counts of flows and targets, a row for each processor.
 */
#ifndef NFQLB_FASTPATH_COUNT_H
#define NFQLB_FASTPATH_COUNT_H

#include "maps.bpf.h"
#include "target.bpf.h"

/* Of a packet that the link has put together from several, how many those were. */
static __always_inline __u32 segments_of(struct __sk_buff *skb)
{
	__u32 segments = skb->gso_segs;

	return segments ? segments : 1;
}

/* Nobody else counts in this processor's row: softirqs do not interrupt each other. */
static __always_inline void count_target(const struct target *target, __u32 packets, __u32 bytes)
{
	__u32 place = bpf_get_smp_processor_id() * FASTPATH_TARGETS_MAX
		+ (target->count & (FASTPATH_TARGETS_MAX - 1));
	struct target_count *count = bpf_map_lookup_elem(&target_counts, &place);

	if (count) {
		count->packets += packets;
		count->bytes += bytes;
	}
}

static __always_inline void count_flow(__u32 flow, __u32 packets)
{
	__u32 place = bpf_get_smp_processor_id() * FASTPATH_FLOWS_MAX + (flow & (FASTPATH_FLOWS_MAX - 1));
	__u64 *count = bpf_map_lookup_elem(&flow_packets, &place);

	if (count)
		*count += packets;
}

#endif
