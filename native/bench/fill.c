#include "fill.h"

#include <string.h>

enum { FREE = UINT16_MAX };

static uint32_t step(uint32_t entry, uint32_t skip, uint32_t size)
{
	entry += skip;
	return entry < size ? entry : entry - size;
}

void bench_fill(uint16_t *entries, uint32_t size, const uint32_t *offsets, const uint32_t *skips, uint32_t *next,
		uint32_t slots)
{
	memset(entries, 0xff, size * sizeof *entries); /* FREE */
	memcpy(next, offsets, slots * sizeof *next);
	for (uint32_t taken = 0, slot = 0; taken < size; taken++) {
		uint32_t entry = next[slot];
		while (entries[entry] != FREE)
			entry = step(entry, skips[slot], size);
		entries[entry] = (uint16_t)slot;
		next[slot] = step(entry, skips[slot], size);
		slot = slot + 1 < slots ? slot + 1 : 0;
	}
}
