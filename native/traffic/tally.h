#pragma once

#include "payload.h"

#include <stdio.h>

/* What has arrived of an injection: each flow's packets, and which packets came twice.
 * Both tables are as large as can ever be needed; memory is used only where something arrived. */
struct tally {
	uint64_t *flow_packets;
	uint8_t *seen; /* a bit for each sequence number */
	uint64_t received; /* injected packets, duplicates included */
	uint64_t duplicates;
	uint64_t foreign; /* packets that were not injected, or whose numbers make no sense */
	uint64_t first_ns, last_ns; /* when the first and the last injected packet came */
};

void tally_open(struct tally *tally);

void tally_injected(struct tally *tally, const struct payload *payload, uint64_t time_ns);

/* A line "flow-index packets" for each flow that was seen. */
void tally_print_flows(const struct tally *tally, FILE *file);

/* One line of JSON; `dropped` is what was lost in counting. */
void tally_print_summary(const struct tally *tally, uint64_t dropped, FILE *file);
