/* traffic replay: sends the packets of a capture out of a device, in their order and as they are.
 * They may be anything: fragments, errors, overlaps. Nothing in them is checked or made right. */
#include "clock.h"
#include "fail.h"
#include "lane.h"
#include "options.h"
#include "pace.h"
#include "pcap.h"
#include "station.h"
#include "stop.h"
#include "traffic.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

struct replay_options {
	const char *file;
	const char *device;
	struct station station;
	uint64_t rate; /* packets a second; 0: as fast as it goes */
};

static struct replay_options parse_options(char **arguments)
{
	struct replay_options options = { 0 };
	if (*arguments && **arguments != '-')
		options.file = *arguments++;
	const struct option_row rows[] = {
		{ "dev", "IF", &option_text, &options.device, true, "send out of this device" },
		{ "mac", "ADDR", &option_station, &options.station, false,
		  "the link-layer destination; without it, each packet's own in an Ethernet capture" },
		{ "rate", "PPS", &option_count, &options.rate, false, "packets a second; as fast as it goes" },
		{ 0 },
	};
	options_parse(rows, arguments);
	if (!options.file)
		fail_usage("the capture to send is missing: traffic replay FILE --dev=IF [--mac=ADDR]");
	return options;
}

/* veth has a queue a processor: on two of them packets would overtake each other. */
static void stay_on_this_processor(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof set, &set) < 0)
		fail_errno("staying on one processor");
}

static void add_packet(struct lane *lane, const struct pcap_packet *packet, bool own_station)
{
	if (packet->length > PACKET_BYTES_MAX)
		fail("a packet of %zu bytes, and only %d are sent in one", packet->length, PACKET_BYTES_MAX);
	if (own_station)
		lane_set_station(lane, packet->station);
	memcpy(lane_next(lane), packet->bytes, packet->length);
	lane_add(lane, packet->bytes[0] >> 4 == 6, packet->length);
}

static void send_packets(struct pcap *pcap, struct lane *lane, const struct replay_options *options, int stop_fd)
{
	static struct pcap_packet packet;
	struct pace pace = pace_start(options->rate);
	bool more = true;
	while (more && !stop_requested(stop_fd)) {
		uint64_t due = pace_take(&pace, LANE_BATCH);
		if (!due)
			pace_sleep(&pace);
		for (; due && (more = pcap_next(pcap, &packet)); due--)
			add_packet(lane, &packet, !options->station.given);
		lane_flush(lane);
	}
}

int replay_main(char **arguments)
{
	struct replay_options options = parse_options(arguments);
	struct pcap pcap;
	pcap_open(&pcap, options.file);
	if (!pcap.ethernet && !options.station.given)
		fail_usage("%s has no link-layer addresses: --mac=ADDR is required", options.file);
	stay_on_this_processor();
	struct lane *lane = lane_open_device(options.device, options.station.bytes);

	uint64_t start_ns = clock_now_ns();
	send_packets(&pcap, lane, &options, stop_open());
	double seconds = clock_seconds(clock_now_ns() - start_ns);
	uint64_t errors = lane->errors;
	printf("{\"sent\":%" PRIu64 ",\"seconds\":%.3f,\"errors\":%" PRIu64 "}\n", lane->sent, seconds, errors);
	if (errors)
		fprintf(stderr, "traffic replay: %" PRIu64 " packets could not be sent: %s\n", errors,
			strerror(lane->last_error));
	lane_close(lane);
	pcap_close(&pcap);
	return errors ? EXIT_FAILED : 0;
}
