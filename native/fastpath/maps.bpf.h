/*
 * The maps, and how their words are read: each once, where it stands in the text, and no further than they go.
 */
#ifndef NFQLB_FASTPATH_MAPS_H
#define NFQLB_FASTPATH_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "layout.h"

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

/* Keeps the compiler from forgetting or moving a bound that the verifier has to see. */
#define OPAQUE(number) asm volatile("" : "+r"(number))

/* What a map with one element holds; there is always that element. */
static __always_inline __u32 *words_of(void *map)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(map, &first);
}

/*
 * What is read before this is read before what is read after it. The processor keeps to that on x86-64 by itself; on arm64
 * it is told to by an exchange, which the kernel makes a full barrier there (Linux 5.18).
 */
static __always_inline void in_order(void)
{
#ifdef LOADS_OVERTAKE
	__u64 nobodys = 0;

	__sync_lock_test_and_set(&nobodys, 1);
#endif
	asm volatile("" : : : "memory");
}

/* Read once, where it stands in the text: after all that is read before it, before all that is read after it. */
static __always_inline __u32 word_now(const __u32 *words)
{
	__u32 word;

	in_order();
	word = *(const volatile __u32 *)words;
	in_order();
	return word;
}

static __always_inline __u64 pair(const __u32 *words)
{
	return *(const __u64 *)words;
}

static __always_inline __u64 pair_now(const __u32 *words)
{
	__u64 pair;

	in_order();
	pair = *(const volatile __u64 *)words;
	in_order();
	return pair;
}

#endif
