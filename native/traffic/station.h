#pragma once

#include "options.h"

#include <net/ethernet.h>

/* A link-layer address, and whether one was given. */
struct station {
	bool given;
	uint8_t bytes[ETH_ALEN];
};

extern const struct option_kind option_station; /* struct station */
