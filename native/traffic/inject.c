/* traffic inject: packets of many flows from addresses that nobody has, so that nobody answers.
 * Each says which flow it is of and which packet it is; `traffic capture` reads that at the other end. */
#include "clock.h"
#include "fail.h"
#include "flows.h"
#include "inject_options.h"
#include "lane.h"
#include "pace.h"
#include "packet.h"
#include "stop.h"
#include "traffic.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *protocol_name(const struct flow *flow)
{
	return flow->protocol == IPPROTO_TCP ? "tcp" : flow->protocol == IPPROTO_UDP ? "udp" : "echo";
}

static int print_flows(const struct flow_plan *plan)
{
	for (uint64_t i = 0; i < plan->count; i++) {
		struct flow flow = flow_at(plan, i);
		int family = flow.ipv6 ? AF_INET6 : AF_INET;
		char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
		inet_ntop(family, flow.source, source, sizeof source);
		inet_ntop(family, flow.destination, destination, sizeof destination);
		printf("%" PRIu64 " %s %s %u %s %u\n", i, protocol_name(&flow), source, flow.source_port,
		       destination, flow.destination_port);
	}
	return 0;
}

/* A device takes both families through one socket; routing needs one each. */
struct lanes {
	struct lane *ipv4, *ipv6;
};

static struct lanes open_lanes(const struct inject_options *options)
{
	const struct flow_plan *plan = &options->plan;
	struct lanes lanes = { NULL, NULL };
	if (!inject_is_routed(options)) {
		lanes.ipv4 = lanes.ipv6 = lane_open_device(options->device, options->station.bytes);
		return lanes;
	}
	if (plan->ipv4)
		lanes.ipv4 = lane_open_routed(false, plan->destination4);
	if (plan->ipv6)
		lanes.ipv6 = lane_open_routed(true, plan->destination6);
	return lanes;
}

static void flush_lanes(const struct lanes *lanes)
{
	if (lanes->ipv4)
		lane_flush(lanes->ipv4);
	if (lanes->ipv6 && lanes->ipv6 != lanes->ipv4)
		lane_flush(lanes->ipv6);
}

static void close_lanes(const struct lanes *lanes)
{
	if (lanes->ipv6 && lanes->ipv6 != lanes->ipv4)
		lane_close(lanes->ipv6);
	if (lanes->ipv4)
		lane_close(lanes->ipv4);
}

/* Sends packets of all flows in turn until count, time or the user ends it. */
static void send_packets(const struct inject_options *options, const struct flow *flows, const struct lanes *lanes)
{
	int stop_fd = stop_open();
	uint64_t left = options->count ? options->count : UINT64_MAX;
	uint64_t end_ns = options->duration_ns ? clock_now_ns() + options->duration_ns : UINT64_MAX;
	struct pace pace = pace_start(options->rate);
	uint64_t sequence = 0, flow = 0;
	while (left && !stop_requested(stop_fd) && clock_now_ns() < end_ns) {
		uint64_t due = pace_take(&pace, left < LANE_BATCH ? left : LANE_BATCH);
		if (!due) {
			pace_sleep(&pace);
			continue;
		}
		left -= due;
		for (; due; due--) {
			struct lane *lane = flows[flow].ipv6 ? lanes->ipv6 : lanes->ipv4;
			struct payload payload = { PAYLOAD_MAGIC, flow, sequence++, clock_unix_ns() };
			size_t bytes = packet_write(lane_next(lane), &flows[flow], &payload, options->payload_bytes);
			lane_add(lane, flows[flow].ipv6, bytes);
			flow = flow + 1 == options->plan.count ? 0 : flow + 1;
		}
		flush_lanes(lanes);
	}
}

static int print_summary(const struct lanes *lanes, uint64_t elapsed_ns)
{
	static const struct lane none;
	const struct lane *first = lanes->ipv4 ? lanes->ipv4 : &none;
	const struct lane *second = lanes->ipv6 && lanes->ipv6 != lanes->ipv4 ? lanes->ipv6 : &none;
	uint64_t sent = first->sent + second->sent, errors = first->errors + second->errors;
	double seconds = clock_seconds(elapsed_ns);
	printf("{\"sent\":%" PRIu64 ",\"seconds\":%.3f,\"rate\":%.0f,\"errors\":%" PRIu64 "}\n", sent, seconds,
	       (double)sent / seconds, errors);
	if (!errors)
		return 0;
	int error = first->last_error ? first->last_error : second->last_error;
	fprintf(stderr, "traffic inject: %" PRIu64 " packets could not be sent: %s\n", errors, strerror(error));
	return EXIT_FAILED;
}

int inject_main(char **arguments)
{
	struct inject_options options = inject_parse_options(arguments);
	if (options.list)
		return print_flows(&options.plan);

	struct lanes lanes = open_lanes(&options);
	struct flow *flows = calloc(options.plan.count, sizeof *flows);
	if (!flows)
		fail_errno("%" PRIu64 " flows", options.plan.count);
	for (uint64_t i = 0; i < options.plan.count; i++)
		flows[i] = flow_at(&options.plan, i);

	uint64_t start_ns = clock_now_ns();
	send_packets(&options, flows, &lanes);
	int result = print_summary(&lanes, clock_now_ns() - start_ns);
	close_lanes(&lanes);
	free(flows);
	return result;
}
