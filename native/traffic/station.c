#include "station.h"

#include <stdio.h>

static bool parse_station(const char *text, void *value)
{
	struct station *station = value;
	uint8_t *b = station->bytes;
	int end = 0;
	station->given = true;
	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", b, b + 1, b + 2, b + 3, b + 4, b + 5, &end) == 6 &&
	       !text[end];
}

const struct option_kind option_station = { "a link-layer address like 02:00:00:00:00:01", parse_station };
