/* traffic capture: counts what `traffic inject` sent and a device received, or writes down all that came. */
#include "clock.h"
#include "fail.h"
#include "options.h"
#include "payload.h"
#include "pcap.h"
#include "ring.h"
#include "stop.h"
#include "tally.h"
#include "traffic.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

/* Headers and an injected packet's payload; the rest of it says nothing. */
enum { SNAP_BYTES = 160 };

struct capture_options {
	const char *device;
	const char *out;
	const char *packets;
	const char *pcap;
	bool summary;
	uint64_t idle_ns; /* 0: do not end by itself */
	uint64_t duration_ns;
};

static struct capture_options parse_options(char **arguments)
{
	struct capture_options options = { .duration_ns = 60 * NANOSECONDS_PER_SECOND };
	const struct option_row rows[] = {
		{ "dev", "IF", &option_text, &options.device, true, "count what comes in through this device" },
		{ "out", "FILE", &option_text, &options.out, false, "write the lines \"flow-index packets\" to a file" },
		{ "packets", "FILE", &option_text, &options.packets, false, "write lines: flow-index sequence sent-ns received-ns" },
		{ "pcap", "FILE", &option_text, &options.pcap, false, "write every IP packet to a file, whole, without link layer" },
		{ "summary", NULL, &option_flag, &options.summary, false, "leave those lines out" },
		{ "until-idle", "MS", &option_milliseconds, &options.idle_ns, false, "end when MS long no more came" },
		{ "seconds", "S", &option_seconds, &options.duration_ns, false, "end at the latest after S seconds; 60" },
		{ 0 },
	};
	options_parse(rows, arguments);
	if (options.out && options.summary)
		fail_usage("--out=FILE and --summary exclude each other");
	return options;
}

/* Where the packets go: into the tally, and if asked for one by one into files. */
struct sink {
	struct tally *tally;
	FILE *packets;
	struct pcap *pcap;
	uint64_t awaited; /* packets whose absence makes the device idle: those that are counted, or written */
};

static void take_packet(void *context, const struct ring_packet *packet)
{
	struct sink *sink = context;
	struct payload payload;
	if (sink->pcap && pcap_is_ip(packet->bytes, packet->length)) {
		pcap_write(sink->pcap, packet->bytes, packet->length, packet->time_ns);
		sink->awaited++;
	}
	if (!payload_find(packet->bytes, packet->length, &payload)) {
		sink->tally->foreign++;
		return;
	}
	tally_injected(sink->tally, &payload, packet->time_ns);
	sink->awaited += !sink->pcap;
	if (sink->packets)
		fprintf(sink->packets, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", payload.flow,
			payload.sequence, payload.sent_ns, packet->time_ns);
}

/* Waits for a block of packets, a signal or `timeout_ms`. */
static void await_packets(const struct ring *ring, int stop_fd, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = ring->fd, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };
	if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
		fail_errno("poll");
	if (fds[0].revents & POLLERR)
		fail("the device went down or away");
}

static void count_packets(struct ring *ring, struct sink *sink, const struct capture_options *options, int stop_fd)
{
	uint64_t now = clock_now_ns();
	uint64_t end_ns = now + options->duration_ns, last_ns = now;
	while (!stop_requested(stop_fd) && now < end_ns) {
		uint64_t before = sink->awaited;
		await_packets(ring, stop_fd, RING_RETIRE_MS);
		ring_drain(ring, take_packet, sink);
		now = clock_now_ns();
		if (sink->awaited != before)
			last_ns = now;
		else if (options->idle_ns && sink->awaited && now - last_ns >= options->idle_ns)
			return;
	}
}

/* What had come before the end is counted too, also what the kernel has not handed over yet. */
static void count_rest(struct ring *ring, struct sink *sink)
{
	uint64_t end_ns = clock_now_ns() + 4 * RING_RETIRE_MS * NANOSECONDS_PER_MILLISECOND;
	while (clock_now_ns() < end_ns) {
		await_packets(ring, -1, RING_RETIRE_MS);
		ring_drain(ring, take_packet, sink);
	}
}

static void print_results(const struct tally *tally, uint64_t dropped, const struct capture_options *options,
			  FILE *out)
{
	if (out) {
		tally_print_flows(tally, out);
		tally_print_summary(tally, dropped, out);
		if (fclose(out))
			fail_errno("%s", options->out);
	} else if (!options->summary) {
		tally_print_flows(tally, stdout);
	}
	tally_print_summary(tally, dropped, stdout);
}

int capture_main(char **arguments)
{
	struct capture_options options = parse_options(arguments);
	struct tally tally;
	struct ring ring;
	FILE *out = options.out ? fopen(options.out, "we") : NULL;
	if (options.out && !out)
		fail_errno("%s", options.out);
	FILE *packets = options.packets ? fopen(options.packets, "we") : NULL;
	if (options.packets && !packets)
		fail_errno("%s", options.packets);
	struct pcap pcap;
	if (options.pcap)
		pcap_create(&pcap, options.pcap);
	struct sink sink = { &tally, packets, options.pcap ? &pcap : NULL, 0 };
	int stop_fd = stop_open();
	tally_open(&tally);
	ring_open(&ring, options.device, options.pcap ? RING_WHOLE_PACKETS : SNAP_BYTES);

	printf("ready\n");
	fflush(stdout);
	count_packets(&ring, &sink, &options, stop_fd);
	count_rest(&ring, &sink);
	if (packets && fclose(packets))
		fail_errno("%s", options.packets);
	if (options.pcap)
		pcap_close(&pcap);
	print_results(&tally, ring_dropped(&ring), &options, out);
	return 0;
}
