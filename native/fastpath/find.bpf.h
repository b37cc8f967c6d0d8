/*
 * The flow: destination -> service -> list of rules, the first of which that accepts the packet is taken.
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

			if (slot[FASTPATH_SLOT_LENGTH] == (length | FASTPATH_SLOT_USED)
			    && pair(slot + FASTPATH_SLOT_LOW) == first.low
			    && pair(slot + FASTPATH_SLOT_HIGH) == first.high)
				return slot;
			if (slot[FASTPATH_SLOT_LENGTH] == 0)
				break;
		}
	}
	return 0;
}

/* The place of the list that a service leads to; 0 for none. */
static __always_inline __u32 list_of(const __u32 *side, __u32 service, __u32 port)
{
	const __u32 *page;

	if (!(service & FASTPATH_DIRECTORY))
		return service;
	page = record(side, service, FASTPATH_DIRECTORY_WORDS);
	page = record(side, page[port >> 8 & 0xff], FASTPATH_DIRECTORY_WORDS);
	return page[port & 0xff];
}

static __always_inline int is_among(__u32 ports, __u32 port)
{
	return port >= (ports & 0xffff) && port <= ports >> 16;
}

static __always_inline int accepts(const __u32 *rule, const struct key *key)
{
	return rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_FOR_PROTOCOL << key->protocol
		&& is_among(rule[FASTPATH_RULE_DESTINATION_PORTS], key->destination_port)
		&& is_among(rule[FASTPATH_RULE_SOURCE_PORTS], key->source_port)
		&& is_within(rule + FASTPATH_RULE_DESTINATION_HIGH, key->destination,
			     rule[FASTPATH_RULE_DESTINATION_LENGTH])
		&& is_within(rule + FASTPATH_RULE_SOURCE_HIGH, key->source, rule[FASTPATH_RULE_SOURCE_LENGTH]);
}

/* The first rule that accepts the packet; null when none does, as far as this is known here. */
static __always_inline const __u32 *find_rule(const __u32 *side, const struct key *key)
{
	const __u32 *slot = find_destination(side, key);
	__u32 list;

	if (!slot)
		return 0;
	list = list_of(side, slot[FASTPATH_SLOT_SERVICES + (key->protocol & 3)], key->destination_port);
	if (!list)
		return 0;
	for (__u32 i = 0; i < FASTPATH_RULES_MAX; i++) {
		const __u32 *rule = record(side, list + i * FASTPATH_RULE_WORDS, FASTPATH_RULE_WORDS);

		if (accepts(rule, key))
			return rule;
		if (rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_LAST)
			break;
	}
	return 0;
}

#endif
