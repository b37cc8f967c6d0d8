/*
 * The target: hash -> entry of the pool's table -> slot -> mark.
 */
#ifndef NFQLB_FASTPATH_TARGET_H
#define NFQLB_FASTPATH_TARGET_H

#include "maps.bpf.h"
#include "parse.bpf.h"

/*
 * djb2 as FlowHash.cs has it: h = h * 33 + byte over 40 bytes, eight at once, whose sum is made of pairs, pairs of
 * pairs, and halves.
 */
#define P1 33U
#define P2 (P1 * P1)
#define P4 (P2 * P2)
#define P8 (P4 * P4)

static __always_inline __u32 sum_of_bytes(__u64 bytes)
{
	__u64 pairs = (bytes >> 8 & 0x00ff00ff00ff00ff) * P1 + (bytes & 0x00ff00ff00ff00ff);
	__u64 fours = (pairs >> 16 & 0x0000ffff0000ffff) * P2 + (pairs & 0x0000ffff0000ffff);

	return (__u32)(fours >> 32) * P4 + (__u32)fours;
}

static __always_inline __u32 with_address(__u32 hash, struct address address)
{
	hash *= P8;
	if (address.high) /* that of IPv4 is 0, and adds nothing */
		hash += sum_of_bytes(address.high);
	return hash * P8 + sum_of_bytes(address.low);
}

static __always_inline __u32 hash_of(const struct key *key, __u32 by_sctp_ports)
{
	__u32 ports = key->source_port << 16 | key->destination_port;
	__u64 number = key->protocol == FASTPATH_TCP ? IPPROTO_TCP
		: key->protocol == FASTPATH_UDP ? IPPROTO_UDP : IPPROTO_SCTP;
	__u32 hash = 5381;

	if (by_sctp_ports && key->protocol == FASTPATH_SCTP)
		return hash * P4 + sum_of_bytes(ports);
	hash = with_address(hash, key->source);
	hash = with_address(hash, key->destination);
	return hash * P8 + sum_of_bytes(number << 40 | ports);
}

/* A word of the pools' tables. */
static __always_inline __u32 table_word(const __u32 *tables, __u32 place)
{
	OPAQUE(place);
	return tables[place & (FASTPATH_TABLE_WORDS - 1)];
}

struct target {
	__u32 mark;
	__u32 count; /* its place among the counts */
};

static __always_inline int find_target(const __u32 *tables, __u32 pool, __u32 hash, struct target *target)
{
	const __u32 *head;
	__u64 generation;
	__u32 side, entries, entry, slot;

	OPAQUE(pool);
	head = tables + (pool & (FASTPATH_POOLS_MAX - 1)) * FASTPATH_POOL_WORDS;
	generation = pair_now(head + FASTPATH_POOL_GENERATION);
	entries = head[FASTPATH_POOL_ENTRIES];
	if (!generation || !entries)
		return FASTPATH_LEFT_POOL;
	side = (generation & 1) * 2;
	entry = hash % entries;
	slot = table_word(tables, head[FASTPATH_POOL_SIDES + side] + entry / 2);
	slot = entry & 1 ? slot >> 16 : slot & 0xffff;
	if (slot == FASTPATH_DRAINS)
		return FASTPATH_LEFT_DRAINING;
	if (slot >= head[FASTPATH_POOL_SLOTS])
		return FASTPATH_LEFT_POOL;
	target->mark = table_word(tables, head[FASTPATH_POOL_SIDES + 1 + side] + slot);
	if ((__s32)target->mark < 0)
		return FASTPATH_LEFT_POOL;
	target->count = head[FASTPATH_POOL_TARGETS] + slot;
	return pair_now(head + FASTPATH_POOL_GENERATION) == generation ? 0 : FASTPATH_LEFT_CHANGING;
}

#endif
