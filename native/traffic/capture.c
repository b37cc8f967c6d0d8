/* traffic capture: counts what `traffic inject` sent and a device received. */
#include "clock.h"
#include "fail.h"
#include "options.h"
#include "payload.h"
#include "ring.h"
#include "stop.h"
#include "tally.h"
#include "traffic.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

struct capture_options {
	const char *device;
	const char *out;
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

static void take_packet(void *context, const struct ring_packet *packet)
{
	struct tally *tally = context;
	struct payload payload;
	if (payload_find(packet->bytes, packet->length, &payload))
		tally_injected(tally, &payload, packet->time_ns);
	else
		tally->foreign++;
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

static void count_packets(struct ring *ring, struct tally *tally, const struct capture_options *options, int stop_fd)
{
	uint64_t now = clock_now_ns();
	uint64_t end_ns = now + options->duration_ns, last_ns = now;
	while (!stop_requested(stop_fd) && now < end_ns) {
		uint64_t before = tally->received;
		await_packets(ring, stop_fd, RING_RETIRE_MS);
		ring_drain(ring, take_packet, tally);
		now = clock_now_ns();
		if (tally->received != before)
			last_ns = now;
		else if (options->idle_ns && tally->received && now - last_ns >= options->idle_ns)
			return;
	}
}

/* What had come before the end is counted too, also what the kernel has not handed over yet. */
static void count_rest(struct ring *ring, struct tally *tally)
{
	uint64_t end_ns = clock_now_ns() + 4 * RING_RETIRE_MS * NANOSECONDS_PER_MILLISECOND;
	while (clock_now_ns() < end_ns) {
		await_packets(ring, -1, RING_RETIRE_MS);
		ring_drain(ring, take_packet, tally);
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
	int stop_fd = stop_open();
	tally_open(&tally);
	ring_open(&ring, options.device);

	printf("ready\n");
	fflush(stdout);
	count_packets(&ring, &tally, &options, stop_fd);
	count_rest(&ring, &tally);
	print_results(&tally, ring_dropped(&ring), &options, out);
	return 0;
}
