/*
 * The flow: destination -> service -> flow, or list of rules, the first of which that accepts the packet is taken.
 */
#ifndef NFQLB_FASTPATH_FIND_H
#define NFQLB_FASTPATH_FIND_H

#include "maps.bpf.h"
#include "parse.bpf.h"

/* A record in the image; its place is bounded, and cut to a multiple of its size, a power of two. */
static __always_inline const __u32 *record(const __u32 *side, __u32 place, __u32 record_words)
{
	OPAQUE(place);
	return side + (place & (FASTPATH_IMAGE_WORDS - record_words));
}

static __always_inline struct address first_bits(struct address address, __u32 length)
{
	if (length < 64) {
		address.high = length ? address.high & ~0ULL << (64 - length) : 0;
		address.low = 0;
	} else if (length < 128) {
		address.low = length > 64 ? address.low & ~0ULL << (128 - length) : 0;
	}
	return address;
}

static __always_inline int is_within(const __u32 *block, struct address address, __u32 length)
{
	struct address first;

	if (length == 0)
		return 1;
	first = first_bits(address, length);
	return first.high == pair(block) && first.low == pair(block + 2);
}

/* After what the compiler does: see DestinationTable.cs. */
static __always_inline __u32 destination_hash(struct address address, __u32 length, __u64 seed)
{
	__u64 mixed = address.high * 0x9e3779b97f4a7c15 + address.low * 0xc2b2ae3d27d4eb4f + length + seed;

	mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93;
	return mixed >> 32;
}

/* The slot of the longest prefix that contains the destination; null when there is none. */
static __always_inline const __u32 *find_destination(const __u32 *side, const struct key *key)
{
	const __u32 table = side[FASTPATH_HEAD_SLOTS];
	const __u32 mask = side[FASTPATH_HEAD_MASK];
	const __u64 seed = pair(side + FASTPATH_HEAD_SEED);
	const __u32 lengths = side[FASTPATH_HEAD_LENGTHS];

	for (__u32 i = 0; i < FASTPATH_LENGTHS_MAX && i < lengths; i++) {
		__u32 length = side[FASTPATH_HEAD_LENGTH + i];
		struct address first = first_bits(key->destination, length);
		__u32 home = destination_hash(first, length, seed);

		for (__u32 probe = 0; probe < FASTPATH_PROBES_MAX; probe++) {
			__u32 place = table + ((home + probe) & mask) * FASTPATH_SLOT_WORDS;
			const __u32 *slot = record(side, place, FASTPATH_SLOT_WORDS);

			if ((slot[FASTPATH_SLOT_LENGTH] & 0xffff) == (length | FASTPATH_SLOT_USED)
			    && pair(slot + FASTPATH_SLOT_LOW) == first.low
			    && pair(slot + FASTPATH_SLOT_HIGH) == first.high)
				return slot;
			if (slot[FASTPATH_SLOT_LENGTH] == 0)
				break;
		}
	}
	return 0;
}

/* 1 or 0, by the sign of what is missing: a branch less to predict, and to verify. */
static __always_inline __u32 is_outside(__u32 ports, __u32 port)
{
	return ((port - (ports & 0xffff)) | ((ports >> 16) - port)) >> 31;
}

/* What a packet to this destination comes to: a flow, the place of a list, or 0 for none. */
static __always_inline __u32 end_of(const __u32 *side, const __u32 *slot, const struct key *key)
{
	const __u32 port = key->destination_port;
	const __u32 *page;
	__u32 end;

	if (slot[FASTPATH_SLOT_LENGTH] & FASTPATH_SLOT_FOR_PROTOCOL << key->protocol
	    && !is_outside(slot[FASTPATH_SLOT_PORTS], port))
		return slot[FASTPATH_SLOT_END];
	if (!slot[FASTPATH_SLOT_OTHERS])
		return 0;
	end = record(side, slot[FASTPATH_SLOT_OTHERS], FASTPATH_SERVICES_WORDS)[key->protocol & 3];
	if (!(end & FASTPATH_DIRECTORY))
		return end;
	page = record(side, end, FASTPATH_DIRECTORY_WORDS);
	page = record(side, page[port >> 8 & 0xff], FASTPATH_DIRECTORY_WORDS);
	return page[port & 0xff];
}

static __always_inline int accepts(const __u32 *rule, const struct key *key)
{
	return rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_FOR_PROTOCOL << key->protocol
		&& !is_outside(rule[FASTPATH_RULE_DESTINATION_PORTS], key->destination_port)
		&& !is_outside(rule[FASTPATH_RULE_SOURCE_PORTS], key->source_port)
		&& is_within(rule + FASTPATH_RULE_DESTINATION_HIGH, key->destination,
			     rule[FASTPATH_RULE_DESTINATION_LENGTH])
		&& is_within(rule + FASTPATH_RULE_SOURCE_HIGH, key->source, rule[FASTPATH_RULE_SOURCE_LENGTH]);
}

/* What takes a packet. */
struct flow {
	__u32 pool;
	__u32 counter;
};

/* The flow of the packet; false where there is none, as far as is known here, or user space has to judge it. */
static __always_inline int find_flow(const __u32 *side, const struct key *key, struct flow *flow)
{
	const __u32 *slot = find_destination(side, key);
	__u32 end;

	if (!slot)
		return 0;
	end = end_of(side, slot, key);
	if (!end)
		return 0;
	if (end & FASTPATH_FLOW) {
		flow->pool = end >> FASTPATH_FLOW_POOL_SHIFT; /* is bounded before it is used */
		flow->counter = end;
		return 1;
	}
	for (__u32 i = 0; i < FASTPATH_RULES_MAX; i++) {
		const __u32 *rule = record(side, end + i * FASTPATH_RULE_WORDS, FASTPATH_RULE_WORDS);

		if (accepts(rule, key)) {
			flow->pool = rule[FASTPATH_RULE_POOL];
			flow->counter = rule[FASTPATH_RULE_COUNTER];
			return !(rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_ASK);
		}
		if (rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_LAST)
			break;
	}
	return 0;
}

#endif
