#pragma once

#include "flows.h"
#include "station.h"

struct inject_options {
	struct flow_plan plan;
	const char *device; /* or "raw": as routed */
	struct station station;
	uint64_t count;       /* 0: until the time is over */
	uint64_t duration_ns; /* 0: until all are sent */
	uint64_t rate;        /* packets a second; 0: as fast as it goes */
	uint64_t payload_bytes;
	bool list;
};

/* What was typed, checked; ends the program where it makes no sense. */
struct inject_options inject_parse_options(char **arguments);

/* Whether packets go out as routed, and not straight out of a device. */
bool inject_is_routed(const struct inject_options *options);
