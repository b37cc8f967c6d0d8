/*
 * The program in the kernel: decides at the tc ingress of a link what user space would decide, or leaves a packet alone.
 *
 * It parses, finds the flow, hashes, looks up the pool's table, counts, and sets the mark. Whatever it is not made for
 * it leaves as it is; the queue then gets it. So each return in the middle of this file is safe, and only what stands at
 * its end has to be right. It trusts no number it finds in a map: each is bounded before it is used as a place.
 *
 * No loop has more steps than layout.h says. Written for Linux 5.13 and later; loads with CAP_BPF, CAP_NET_ADMIN and,
 * as places are computed, CAP_PERFMON.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"

/* Every helper used here is open to any licence. */
char LICENSE[] SEC("license") = "Apache-2.0";

#define WORD_MAP(map_name, words)                    \
	struct map_name##_value {                    \
		__u32 word[words];                   \
	};                                           \
	struct {                                     \
		__uint(type, BPF_MAP_TYPE_ARRAY);    \
		__uint(map_flags, BPF_F_MMAPABLE);   \
		__uint(max_entries, 1);              \
		__type(key, __u32);                  \
		__type(value, struct map_name##_value); \
	} map_name SEC(".maps")

WORD_MAP(control, FASTPATH_CONTROL_WORDS);
WORD_MAP(image, 2 * FASTPATH_IMAGE_WORDS);
WORD_MAP(pools, FASTPATH_TABLE_WORDS);

/* Rows of counts: max_entries is set when the number of processors is known. */
#define COUNT_MAP(map_name)                          \
	struct {                                     \
		__uint(type, BPF_MAP_TYPE_ARRAY);    \
		__uint(map_flags, BPF_F_MMAPABLE);   \
		__uint(max_entries, 1);              \
		__type(key, __u32);                  \
		__type(value, __u64);                \
	} map_name SEC(".maps")

COUNT_MAP(outcomes);
COUNT_MAP(flow_packets);

struct target_count {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct target_count);
} target_counts SEC(".maps");

/* Emptied by the kernel when the last process that holds it ends: what a filter that outlives us jumps to. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} alive SEC(".maps");

/* An address: IPv4 as ::ffff:a.b.c.d. Host byte order. */
struct address {
	__u64 high;
	__u64 low;
};

/* What flows are matched by and hashes are taken of. Ports in host byte order. */
struct key {
	struct address source;
	struct address destination;
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol; /* FASTPATH_TCP, ... */
	__u32 length;   /* bytes from the IP header on */
};

/* Keeps the compiler from forgetting or moving a bound that the verifier has to see. */
#define OPAQUE(number) asm volatile("" : "+r"(number))

/* What a map with one element holds; there is always that element. */
static __always_inline __u32 *words_of(void *map)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(map, &first);
}

static __always_inline __u32 word_now(const __u32 *word)
{
	asm volatile("" : : : "memory");
	return *(const volatile __u32 *)word;
}

static __always_inline __u64 pair(const __u32 *words)
{
	return *(const __u64 *)words;
}

/* Read once, where it stands in the text: after all that is read before it. */
static __always_inline __u64 pair_now(const __u32 *words)
{
	asm volatile("" : : : "memory");
	return *(const volatile __u64 *)words;
}

/* A record in the image; its place is bounded, and cut to a multiple of its size, a power of two. */
static __always_inline const __u32 *record(const __u32 *side, __u32 place, __u32 record_words)
{
	place &= FASTPATH_IMAGE_WORDS - record_words;
	OPAQUE(place);
	return side + (place & (FASTPATH_IMAGE_WORDS - record_words));
}

static __always_inline int protocol_of(__u8 number, __u32 *protocol)
{
	switch (number) {
	case IPPROTO_TCP:
		*protocol = FASTPATH_TCP;
		return 0;
	case IPPROTO_UDP:
		*protocol = FASTPATH_UDP;
		return 0;
	case IPPROTO_SCTP:
		*protocol = FASTPATH_SCTP;
		return 0;
	default:
		return FASTPATH_LEFT_PROTOCOL;
	}
}

/* RFC 791 section 3.1, with the ports behind a header without options. */
static __always_inline int parse_ipv4(struct __sk_buff *skb, struct key *key)
{
	struct {
		__u8 version_and_length;
		__u8 service;
		__be16 total_bytes;
		__be16 id;
		__be16 fragment;
		__u8 hop_limit;
		__u8 protocol;
		__be16 checksum;
		__be32 source;
		__be32 destination;
		__be16 source_port;
		__be16 destination_port;
	} ip;
	const __u64 ipv4 = 0x0000ffff00000000;

	if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET))
		return FASTPATH_LEFT_SHORT;
	if (ip.version_and_length != 0x45)
		return FASTPATH_LEFT_EXTENDED;
	if (ip.fragment & bpf_htons(0x3fff))
		return FASTPATH_LEFT_FRAGMENT;
	/* The kernel cuts a packet at its own word before the queue sees it, and drops one that promises too much. */
	key->length = bpf_ntohs(ip.total_bytes);
	if (key->length < sizeof(ip) || key->length > skb->len)
		return FASTPATH_LEFT_SHORT;
	key->source.high = 0;
	key->source.low = ipv4 | bpf_ntohl(ip.source);
	key->destination.high = 0;
	key->destination.low = ipv4 | bpf_ntohl(ip.destination);
	key->source_port = bpf_ntohs(ip.source_port);
	key->destination_port = bpf_ntohs(ip.destination_port);
	return protocol_of(ip.protocol, &key->protocol);
}

/* RFC 8200 section 3, with the ports behind a header without extensions. */
static __always_inline int parse_ipv6(struct __sk_buff *skb, struct key *key)
{
	struct {
		__u8 version;
		__u8 flow_label[3];
		__be16 payload_bytes;
		__u8 next_header;
		__u8 hop_limit;
		__be64 source[2];
		__be64 destination[2];
		__be16 source_port;
		__be16 destination_port;
	} ip;
	const __u32 header_bytes = 40;
	const __u32 ports_end = header_bytes + 4;

	if (bpf_skb_load_bytes_relative(skb, 0, &ip, ports_end, BPF_HDR_START_NET))
		return FASTPATH_LEFT_SHORT;
	if (ip.version >> 4 != 6)
		return FASTPATH_LEFT_SHORT;
	key->length = header_bytes + bpf_ntohs(ip.payload_bytes);
	if (key->length < ports_end || key->length > skb->len)
		return FASTPATH_LEFT_SHORT;
	key->source.high = bpf_be64_to_cpu(ip.source[0]);
	key->source.low = bpf_be64_to_cpu(ip.source[1]);
	key->destination.high = bpf_be64_to_cpu(ip.destination[0]);
	key->destination.low = bpf_be64_to_cpu(ip.destination[1]);
	/* No such address travels; the compiler counts on an IPv4 destination having an IPv4 source. */
	if (key->destination.high == 0 && key->destination.low >> 32 == 0xffff)
		return FASTPATH_LEFT_NOT_OURS;
	key->source_port = bpf_ntohs(ip.source_port);
	key->destination_port = bpf_ntohs(ip.destination_port);
	return protocol_of(ip.next_header, &key->protocol);
}

static __always_inline int parse(struct __sk_buff *skb, struct key *key)
{
	/* With a VLAN tag beside it, it belongs to another device, at whose ingress it comes by once more. */
	if (skb->pkt_type != PACKET_HOST || skb->vlan_present)
		return FASTPATH_LEFT_NOT_OURS;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return parse_ipv4(skb, key);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(skb, key);
	return FASTPATH_LEFT_NOT_OURS;
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

static __always_inline __u32 hash_of(const struct key *key, __u32 by_sctp_ports)
{
	__u32 ports = key->source_port << 16 | key->destination_port;
	__u64 number = key->protocol == FASTPATH_TCP ? IPPROTO_TCP
		: key->protocol == FASTPATH_UDP ? IPPROTO_UDP : IPPROTO_SCTP;
	__u32 hash = 5381;

	if (by_sctp_ports && key->protocol == FASTPATH_SCTP)
		return hash * P4 + sum_of_bytes(ports);
	hash = hash * P8 + sum_of_bytes(key->source.high);
	hash = hash * P8 + sum_of_bytes(key->source.low);
	hash = hash * P8 + sum_of_bytes(key->destination.high);
	hash = hash * P8 + sum_of_bytes(key->destination.low);
	return hash * P8 + sum_of_bytes(number << 40 | ports);
}

/* A word of the pools' tables. */
static __always_inline __u32 table_word(const __u32 *tables, __u32 place)
{
	place &= FASTPATH_TABLE_WORDS - 1;
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

	pool &= FASTPATH_POOLS_MAX - 1;
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

#include "exit.bpf.h"

static __always_inline int decide(struct __sk_buff *skb, const __u32 *settings, struct verdict *verdict)
{
	const __u64 publication = pair_now(settings + FASTPATH_CONTROL_PUBLICATION);
	const __u32 mask = settings[FASTPATH_CONTROL_MARK_MASK];
	const __u32 *side, *rule, *tables;
	struct target target;
	struct key key;
	__u32 counter, segments;
	int left;

	if (!publication || publication & FASTPATH_SUSPENDED)
		return FASTPATH_LEFT_SUSPENDED;
	if (skb->mark & mask || skb->priority)
		return FASTPATH_LEFT_MARKED;
	left = parse(skb, &key);
	if (left)
		return left;
	side = words_of(&image);
	tables = words_of(&pools);
	if (!side || !tables)
		return FASTPATH_LEFT_SUSPENDED;
	side += (publication & 1) * FASTPATH_IMAGE_WORDS;
	rule = find_rule(side, &key);
	if (!rule || rule[FASTPATH_RULE_FLAGS] & FASTPATH_RULE_ASK)
		return FASTPATH_LEFT_FLOW;
	counter = rule[FASTPATH_RULE_COUNTER];
	left = find_target(tables, rule[FASTPATH_RULE_POOL],
			   hash_of(&key, settings[FASTPATH_CONTROL_SCTP_PORTS]), &target);
	if (left)
		return left;
	if (pair_now(settings + FASTPATH_CONTROL_PUBLICATION) != publication)
		return FASTPATH_LEFT_CHANGING;
	segments = segments_of(skb);
	count_flow(counter, segments);
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

SEC("tc")
int fastpath(struct __sk_buff *skb)
{
	const __u32 *settings = words_of(&control);
	struct verdict verdict = { 0 };
	int action = TC_ACT_UNSPEC;
	__u32 row, outcome, place;
	__u64 *count;

	if (!settings)
		return action;
	row = row_of(settings, skb->ifindex);
	outcome = decide(skb, settings, &verdict);
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

/* For a clsact filter, which outlives the process that made it: without that process there is nowhere to jump to. */
SEC("tc")
int fastpath_while_alive(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &alive, 0);
	return TC_ACT_UNSPEC;
}
