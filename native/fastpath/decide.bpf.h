/*
 * A packet, from its parsing to its mark: what is decided, or why it is left alone.
 */
#ifndef NFQLB_FASTPATH_DECIDE_H
#define NFQLB_FASTPATH_DECIDE_H

#include <linux/pkt_cls.h>

#include "count.bpf.h"
#include "exit.bpf.h"
#include "find.bpf.h"
#include "maps.bpf.h"
#include "parse.bpf.h"
#include "target.bpf.h"

static __always_inline int decide(struct __sk_buff *skb, const __u32 *settings, __u32 is_ethernet,
				  struct verdict *verdict)
{
	const __u64 publication = pair_now(settings + FASTPATH_CONTROL_PUBLICATION);
	const __u32 mask = settings[FASTPATH_CONTROL_MARK_MASK];
	const __u32 *side, *tables;
	/* Not left open: some compilers save registers of which nobody has written all, and the verifier refuses that. */
	struct target target = { 0 };
	struct key key = { 0 };
	struct flow flow = { 0 };
	__u32 segments;
	int left;

	if (!publication || publication & FASTPATH_SUSPENDED)
		return FASTPATH_LEFT_SUSPENDED;
	if (skb->mark & mask || skb->priority)
		return FASTPATH_LEFT_MARKED;
	left = parse(skb, is_ethernet, &key);
	if (left)
		return left;
	side = words_of(&image);
	tables = words_of(&pools);
	if (!side || !tables)
		return FASTPATH_LEFT_SUSPENDED;
	side += (publication & 1) * FASTPATH_IMAGE_WORDS;
	if (!find_flow(side, &key, &flow))
		return FASTPATH_LEFT_FLOW;
	left = find_target(tables, flow.pool, hash_of(&key, settings[FASTPATH_CONTROL_SCTP_PORTS]), &target);
	if (left)
		return left;
	if (pair_now(settings + FASTPATH_CONTROL_PUBLICATION) != publication)
		return FASTPATH_LEFT_CHANGING;
	segments = segments_of(skb);
	count_flow(flow.counter, segments);
	count_target(&target, segments, key.length);
	skb->mark = (skb->mark & ~mask) | (target.mark & mask);
	*verdict = (struct verdict){ target.mark, target.count, key.length, key.protocol };
	return FASTPATH_DECIDED;
}

/* Links are few; the one packets come from stands first as a rule. */
static __always_inline __u32 row_of(const __u32 *settings, __u32 link)
{
	for (__u32 i = 0; i < FASTPATH_LINKS_MAX; i++)
		if (settings[FASTPATH_CONTROL_LINKS + i] == link)
			return i;
	return 0;
}

static __always_inline int handle(struct __sk_buff *skb)
{
	const __u32 *settings = words_of(&control);
	struct verdict verdict = { 0 };
	int action = TC_ACT_UNSPEC;
	__u32 row, outcome, place;
	__u64 *count;

	if (!settings)
		return action;
	row = row_of(settings, skb->ifindex);
	outcome = decide(skb, settings, settings[FASTPATH_CONTROL_ETHERNET] >> row & 1, &verdict);
	if (outcome == FASTPATH_DECIDED && settings[FASTPATH_CONTROL_EXITS])
		action = leave_by_exit(skb, &verdict, settings[FASTPATH_CONTROL_EXITS] >> row);
	if (action == TC_ACT_REDIRECT)
		outcome = FASTPATH_REDIRECTED;
	else if (outcome == FASTPATH_DECIDED)
		skb->priority = FASTPATH_PRIORITY;
	place = (bpf_get_smp_processor_id() * FASTPATH_LINKS_MAX + row) * FASTPATH_OUTCOMES + outcome;
	count = bpf_map_lookup_elem(&outcomes, &place);
	if (count)
		*count += segments_of(skb);
	return action;
}

#endif
