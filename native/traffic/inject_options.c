/* The options of `traffic inject`, most of which say what the flows are made of. */
#include "inject_options.h"

#include "fail.h"
#include "packet.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FLOWS_MAX = 1000000 };

static bool parse_family(const char *text, void *value)
{
	struct flow_plan *plan = value;
	plan->ipv4 = !strcmp(text, "4") || !strcmp(text, "both");
	plan->ipv6 = !strcmp(text, "6") || !strcmp(text, "both");
	return plan->ipv4 || plan->ipv6;
}

static bool parse_transport(const char *text, void *value)
{
	struct flow_plan *plan = value;
	plan->echo = !strcmp(text, "echo");
	return plan->echo || option_protocols.parse(text, &plan->protocols);
}

static bool parse_ipv4(const char *text, void *value)
{
	return inet_pton(AF_INET, text, value) == 1;
}

static bool parse_ipv6(const char *text, void *value)
{
	return inet_pton(AF_INET6, text, value) == 1;
}

static bool parse_prefix(const char *text, int family, unsigned address_bits, struct prefix *prefix)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	uint64_t bits;
	if (length >= sizeof address || !text[length] || !parse_unsigned(text + length + 1, 0, address_bits, &bits))
		return false;
	memcpy(address, text, length);
	address[length] = 0;
	if (inet_pton(family, address, prefix->bytes) != 1)
		return false;
	prefix->host_bits = address_bits - (unsigned)bits;
	for (unsigned bit = (unsigned)bits; bit < address_bits; bit++)
		if (prefix->bytes[bit / 8] >> (7 - bit % 8) & 1)
			return false; /* an address, not a prefix: most likely a slip */
	return true;
}

static bool parse_prefix4(const char *text, void *value)
{
	return parse_prefix(text, AF_INET, 32, value);
}

static bool parse_prefix6(const char *text, void *value)
{
	return parse_prefix(text, AF_INET6, 128, value);
}

static bool parse_ports(const char *text, void *value)
{
	struct flow_plan *plan = value;
	unsigned first, last;
	int end = 0;
	if (sscanf(text, "%5u%n-%5u%n", &first, &end, &last, &end) < 2)
		last = first;
	plan->destination_port_first = (uint16_t)first;
	plan->destination_port_last = (uint16_t)last;
	return end && !text[end] && first > 0 && first <= last && last <= UINT16_MAX;
}

static const struct option_kind option_family = { "4, 6 or both", parse_family };
static const struct option_kind option_transport = { "tcp, udp, both or echo", parse_transport };
static const struct option_kind option_ipv4 = { "an IPv4 address", parse_ipv4 };
static const struct option_kind option_ipv6 = { "an IPv6 address", parse_ipv6 };
static const struct option_kind option_prefix4 = { "an IPv4 prefix without host bits", parse_prefix4 };
static const struct option_kind option_prefix6 = { "an IPv6 prefix without host bits", parse_prefix6 };
static const struct option_kind option_ports = { "a port or first-last", parse_ports };

bool inject_is_routed(const struct inject_options *options)
{
	return !strcmp(options->device, "raw");
}

/* The option kinds cannot know each other; what must fit together is looked at here. */
static void check_options(const struct inject_options *options)
{
	const struct flow_plan *plan = &options->plan;
	static const uint8_t none[16];
	if (plan->ipv4 && !memcmp(plan->destination4, none, 4))
		fail_usage("--dst=ADDR is required for IPv4");
	if (plan->ipv6 && !memcmp(plan->destination6, none, 16))
		fail_usage("--dst6=ADDR is required for IPv6");
	if (!plan->echo && !plan->destination_port_first)
		fail_usage("--dport=PORT[-PORT] is required");
	if (plan->count > FLOWS_MAX || (plan->ipv4 && plan->count > flow_capacity(&plan->source4, false)) ||
	    (plan->ipv6 && plan->count > flow_capacity(&plan->source6, true)))
		fail_usage("--flows=%" PRIu64 ": more than the sources allow, or than %d", plan->count, FLOWS_MAX);
	if (options->payload_bytes < PACKET_PAYLOAD_MIN || options->payload_bytes > PACKET_PAYLOAD_MAX)
		fail_usage("--payload=%" PRIu64 ": expected %d to %d bytes", options->payload_bytes, PACKET_PAYLOAD_MIN,
			   PACKET_PAYLOAD_MAX);
	if (!options->list && !options->count && !options->duration_ns)
		fail_usage("--count=N or --seconds=S is required, or --list");
	if (!inject_is_routed(options) && !options->station.given)
		fail_usage("--dev=%s needs --mac=ADDR, the station that takes the packets", options->device);
}

struct inject_options inject_parse_options(char **arguments)
{
	struct inject_options options = { .device = "raw", .payload_bytes = PACKET_PAYLOAD_MIN };
	struct flow_plan *plan = &options.plan;
	*plan = (struct flow_plan){ .ipv4 = true, .protocols = { .udp = true }, .destination_count = 1, .seed = 1,
				     .count = 1000 };
	/* Benchmarking ranges of RFC 2544 and RFC 5180: nobody's addresses. */
	parse_prefix4("198.18.0.0/15", &plan->source4);
	parse_prefix6("2001:2::/48", &plan->source6);

	const struct option_row rows[] = {
		{ "dst", "ADDR", &option_ipv4, plan->destination4, false, "IPv4 destination" },
		{ "dst6", "ADDR", &option_ipv6, plan->destination6, false, "IPv6 destination" },
		{ "dst-count", "N", &option_count, &plan->destination_count, false, "go to N addresses in turn, from ADDR on; 1" },
		{ "dport", "PORT[-PORT]", &option_ports, plan, false, "destination ports, but for echo" },
		{ "family", "4|6|both", &option_family, plan, false, "IP versions; 4" },
		{ "proto", "tcp|udp|both|echo", &option_transport, plan, false, "protocols, or ICMP echo requests; udp" },
		{ "src", "CIDR", &option_prefix4, &plan->source4, false, "IPv4 sources; 198.18.0.0/15" },
		{ "src6", "CIDR", &option_prefix6, &plan->source6, false, "IPv6 sources; 2001:2::/48" },
		{ "flows", "N", &option_count, &plan->count, false, "how many different flows; 1000" },
		{ "seed", "N", &option_number, &plan->seed, false, "which flows; 1" },
		{ "payload", "BYTES", &option_count, &options.payload_bytes, false, "behind the TCP or UDP header; 32" },
		{ "count", "N", &option_count, &options.count, false, "end after N packets" },
		{ "seconds", "S", &option_seconds, &options.duration_ns, false, "end after S seconds" },
		{ "rate", "PPS", &option_count, &options.rate, false, "packets a second; as fast as it goes" },
		{ "dev", "IF|raw", &option_text, &options.device, false, "send out of this device, or raw: as routed; raw" },
		{ "mac", "ADDR", &option_station, &options.station, false, "with a device: the link-layer destination" },
		{ "list", NULL, &option_flag, &options.list, false, "send nothing, print: index proto src sport dst dport" },
		{ 0 },
	};
	options_parse(rows, arguments);
	check_options(&options);
	return options;
}
