/* traffic ask: opens many connections, each from its own port, and tells who answers.
 * With more than one round it goes on asking over the same connections, so that a change in between shows:
 * which of them got another server, and whether a request was lost. */
#include "ask.h"

#include "clock.h"
#include "fail.h"
#include "options.h"
#include "pace.h"
#include "stop.h"
#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { ADDRESSES_MAX = 8, EVENTS_PER_WAIT = 256 };

struct addresses {
	int count;
	struct address each[ADDRESSES_MAX];
};

struct ask_options {
	struct addresses to;
	struct addresses from; /* none: as the routes say */
	uint16_t port;
	struct protocols protocols;
	uint64_t connections; /* of each address and protocol */
	uint64_t rounds;
	uint64_t renew_after;
	uint64_t datagram_bytes;
	uint64_t rate; /* requests a second, all connections together */
	uint64_t duration_ns; /* 0: as long as the rounds take */
	uint64_t wait_ns;
	bool tells_rounds;
	const char *map;
	const char *moves;
};

static bool parse_addresses(const char *text, void *value)
{
	struct addresses *list = value;
	char copy[ADDRESSES_MAX * INET6_ADDRSTRLEN];
	if (strlen(text) >= sizeof copy)
		return false;
	strcpy(copy, text);
	char *rest = copy;
	for (char *item; (item = strsep(&rest, ","));)
		if (list->count == ADDRESSES_MAX || !address_parse(item, &list->each[list->count++]))
			return false;
	return true;
}

static const struct option_kind option_addresses = {
	"IPv4 or IPv6 addresses, at most 8, with commas between", parse_addresses
};

static struct ask_options parse_options(char **arguments)
{
	struct ask_options options = { .protocols = { .tcp = true, .udp = true },
				       .rate = 4000,
				       .wait_ns = 3 * NANOSECONDS_PER_SECOND };
	const struct option_row rows[] = {
		{ "to", "ADDR[,ADDR]", &option_addresses, &options.to, true, "whom to ask" },
		{ "from", "ADDR[,ADDR]", &option_addresses, &options.from, false, "addresses to ask from, in turn" },
		{ "port", "PORT", &option_port, &options.port, true, "the port to ask" },
		{ "proto", "tcp|udp|tcp,udp", &option_protocols, &options.protocols, false, "how to ask; both" },
		{ "connections", "N", &option_count, &options.connections, true, "how many of each address and protocol" },
		{ "rounds", "R", &option_count, &options.rounds, false, "ask so often over each; 1, or till --seconds end" },
		{ "renew", "N", &option_count, &options.renew_after, false, "end a connection after N answers, ask over a new one" },
		{ "size", "BYTES", &option_count, &options.datagram_bytes, false, "of UDP requests, fragmented where need be; short" },
		{ "seconds", "S", &option_seconds, &options.duration_ns, false, "ask no longer than that" },
		{ "rate", "PPS", &option_count, &options.rate, false, "requests a second, over all connections; 4000" },
		{ "wait", "MS", &option_milliseconds, &options.wait_ns, false, "how long to wait for the last answers; 3000" },
		{ "tell-rounds", NULL, &option_flag, &options.tells_rounds, false, "say so whenever each has been asked once more" },
		{ "map", "FILE", &option_text, &options.map, false, "write: protocol, local address, port, server" },
		{ "moves", "FILE", &option_text, &options.moves, false, "write those that moved: ..., first, last server" },
		{ 0 },
	};
	options_parse(rows, arguments);
	for (int i = 0; i < options.to.count; i++)
		address_set_port(&options.to.each[i], options.port);
	if (!options.rounds)
		options.rounds = options.duration_ns ? UINT32_MAX : 1;
	if (options.datagram_bytes > DATAGRAM_MAX)
		fail_usage("--size=%lu: expected %d at most", (unsigned long)options.datagram_bytes, DATAGRAM_MAX);
	return options;
}

/* The one of `from` whose turn it is among those of a family; NULL where there is none. */
static const struct address *source_of(const struct addresses *from, uint64_t turn, sa_family_t family)
{
	const struct address *fitting[ADDRESSES_MAX];
	uint64_t count = 0;
	for (int i = 0; i < from->count; i++)
		if (from->each[i].any.sa_family == family)
			fitting[count++] = &from->each[i];
	return count ? fitting[turn % count] : NULL;
}

/* Neighbouring flows differ in protocol and address, so that any stretch of time sees all of them. */
static void create_flows(struct asker *asker, const struct ask_options *options)
{
	int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	int first = options->protocols.tcp ? 0 : 1;
	int last = options->protocols.udp ? 1 : 0;
	uint64_t kinds = (uint64_t)options->to.count * (uint64_t)(last - first + 1);
	sockets_reserve(options->connections * kinds);
	asker->flows = calloc(options->connections * kinds, sizeof *asker->flows);
	if (!asker->flows)
		fail_errno("%lu connections", (unsigned long)(options->connections * kinds));

	for (uint64_t i = 0; i < options->connections; i++)
		for (int address = 0; address < options->to.count; address++)
			for (int protocol = first; protocol <= last; protocol++)
				asker->flows[asker->flow_count++] = (struct ask_flow){
					.to = &options->to.each[address],
					.from = source_of(&options->from, i, options->to.each[address].any.sa_family),
					.protocol = protocols[protocol],
					.fd = -1,
					.first_server = NO_SERVER,
					.last_server = NO_SERVER,
				};
}

static void handle_events(struct asker *asker, int timeout_ms)
{
	struct epoll_event events[EVENTS_PER_WAIT];
	int ready = epoll_wait(asker->epoll_fd, events, EVENTS_PER_WAIT, timeout_ms);
	if (ready < 0 && errno != EINTR)
		fail_errno("epoll_wait");
	for (int i = 0; i < ready; i++)
		flow_ready(asker, &asker->flows[events[i].data.u32]);
}

static void tell_round(uint64_t round)
{
	printf("round %lu\n", (unsigned long)round);
	fflush(stdout);
}

/* Asks in turn over all flows until the rounds, the time or the user's patience end. */
static void ask_in_turn(struct asker *asker, const struct ask_options *options, int stop_fd)
{
	uint64_t left = options->rounds * asker->flow_count;
	uint64_t end_ns = options->duration_ns ? clock_now_ns() + options->duration_ns : UINT64_MAX;
	struct pace pace = pace_start(options->rate);
	uint32_t next = 0;
	uint64_t rounds = 0;
	bool ready_told = options->rounds == 1;
	while (left && !stop_requested(stop_fd) && clock_now_ns() < end_ns) {
		uint64_t due = pace_take(&pace, left);
		left -= due;
		for (; due; due--) {
			flow_ask(asker, &asker->flows[next]);
			next = (next + 1) % asker->flow_count;
			if (!next && options->tells_rounds)
				tell_round(++rounds);
		}
		handle_events(asker, 1);
		if (!ready_told && asker->answered_flows == asker->flow_count) {
			ready_told = true;
			printf("ready\n");
			fflush(stdout);
		}
	}
}

/* A first signal ends the asking, a second one the waiting too. */
static void await_answers(struct asker *asker, uint64_t wait_ns, int stop_fd)
{
	uint64_t end_ns = clock_now_ns() + wait_ns;
	stop_heed(stop_fd);
	while (asker->waiting && !stop_requested(stop_fd) && clock_now_ns() < end_ns)
		handle_events(asker, 10);
}

int ask_main(char **arguments)
{
	struct ask_options options = parse_options(arguments);
	struct asker asker = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC), .renew_after = options.renew_after,
			       .datagram_bytes = options.datagram_bytes };
	if (asker.epoll_fd < 0)
		fail_errno("epoll_create1");
	create_flows(&asker, &options);

	int stop_fd = stop_open();
	ask_in_turn(&asker, &options, stop_fd);
	await_answers(&asker, options.wait_ns, stop_fd);

	ask_print(&asker);
	if (options.map)
		ask_write_map(&asker, options.map);
	if (options.moves)
		ask_write_moves(&asker, options.moves);
	free(asker.flows);
	return 0;
}
