#include "pattern.h"

/* Each 8 bytes are their number, well mixed (the finisher of splitmix64). */
static uint64_t word_at(uint64_t number)
{
	uint64_t x = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(word_at(offset / 8) >> 8 * (offset % 8));
}

void pattern_write(uint8_t *bytes, size_t length, uint64_t offset)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = byte_at(offset + i);
}

bool pattern_matches(const uint8_t *bytes, size_t length, uint64_t offset)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != byte_at(offset + i))
			return false;
	return true;
}
