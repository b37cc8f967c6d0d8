#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes without an end that tell their place: one that is missing, doubled or moved does not fit. */

enum { PATTERN_CHUNK_BYTES = 1 << 16 };

/* The bytes from `offset` on. */
void pattern_write(uint8_t *bytes, size_t length, uint64_t offset);

/* Whether these are the bytes from `offset` on. */
bool pattern_matches(const uint8_t *bytes, size_t length, uint64_t offset);
