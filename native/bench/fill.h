#pragma once

#include <stdint.h>

/* Fills a Maglev table as the paper writes it (NSDI 2016, section 3.4, pseudocode 1), in plain C: the yardstick for
 * the same loop in C#. `offsets` and `skips` have a number a slot, `next` is scratch space of as many. */
void bench_fill(uint16_t *entries, uint32_t size, const uint32_t *offsets, const uint32_t *skips, uint32_t *next,
		uint32_t slots);
