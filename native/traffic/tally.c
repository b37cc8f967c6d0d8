#include "tally.h"

#include "clock.h"
#include "fail.h"

#include <inttypes.h>
#include <sys/mman.h>

#define FLOWS_MAX   (UINT64_C(1) << 20)
#define PACKETS_MAX (UINT64_C(1) << 33)

static void *reserve(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		fail_errno("reserving %zu bytes for the tally", bytes);
	return memory;
}

void tally_open(struct tally *tally)
{
	*tally = (struct tally){
		.flow_packets = reserve(FLOWS_MAX * sizeof *tally->flow_packets),
		.seen = reserve(PACKETS_MAX / 8),
	};
}

void tally_injected(struct tally *tally, const struct payload *payload, uint64_t time_ns)
{
	if (payload->flow >= FLOWS_MAX || payload->sequence >= PACKETS_MAX) {
		tally->foreign++;
		return;
	}
	uint8_t *byte = &tally->seen[payload->sequence / 8];
	uint8_t bit = (uint8_t)(1 << payload->sequence % 8);
	tally->duplicates += (*byte & bit) != 0;
	*byte |= bit;

	tally->flow_packets[payload->flow]++;
	if (!tally->received++)
		tally->first_ns = time_ns;
	tally->last_ns = time_ns;
}

void tally_print_flows(const struct tally *tally, FILE *file)
{
	for (uint64_t flow = 0; flow < FLOWS_MAX; flow++)
		if (tally->flow_packets[flow])
			fprintf(file, "%" PRIu64 " %" PRIu64 "\n", flow, tally->flow_packets[flow]);
}

void tally_print_summary(const struct tally *tally, uint64_t dropped, FILE *file)
{
	uint64_t flows = 0;
	for (uint64_t flow = 0; flow < FLOWS_MAX; flow++)
		flows += tally->flow_packets[flow] > 0;
	double seconds = clock_seconds(tally->last_ns - tally->first_ns);
	fprintf(file,
		"{\"received\":%" PRIu64 ",\"flows\":%" PRIu64 ",\"duplicates\":%" PRIu64 ",\"foreign\":%" PRIu64
		",\"dropped\":%" PRIu64 ",\"seconds\":%.3f,\"rate\":%.0f}\n",
		tally->received, flows, tally->duplicates, tally->foreign, dropped, seconds,
		seconds > 0 ? (double)tally->received / seconds : 0);
}
