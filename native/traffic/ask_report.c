/* What `traffic ask` tells at its end: lines of words and key=value pairs, for people and scripts. */
#include "ask.h"
#include "fail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void print_servers(const struct asker *asker)
{
	for (int server = 0; server < asker->servers.count; server++) {
		uint64_t first = 0, last = 0;
		for (uint32_t i = 0; i < asker->flow_count; i++) {
			first += asker->flows[i].first_server == server;
			last += asker->flows[i].last_server == server;
		}
		printf("server %s first=%" PRIu64 " last=%" PRIu64 "\n", asker->servers.names[server], first, last);
	}
}

/* A flow that moved and came back shows as moved from a server to itself. */
static void print_moves(const struct asker *asker)
{
	int count = asker->servers.count;
	uint64_t *moves = calloc((size_t)count * (size_t)count + 1, sizeof *moves);
	if (!moves)
		fail_errno("the table of moves");
	for (uint32_t i = 0; i < asker->flow_count; i++) {
		const struct ask_flow *flow = &asker->flows[i];
		if (flow->moves)
			moves[flow->first_server * count + flow->last_server]++;
	}
	for (int from = 0; from < count; from++)
		for (int to = 0; to < count; to++)
			if (moves[from * count + to])
				printf("moved from=%s to=%s connections=%" PRIu64 "\n", asker->servers.names[from],
				       asker->servers.names[to], moves[from * count + to]);
	free(moves);
}

static void print_totals(const struct asker *asker, int protocol, const char *name)
{
	uint64_t connections = 0, silent = 0, asked = 0, answered = 0, moved = 0, broken = 0;
	for (uint32_t i = 0; i < asker->flow_count; i++) {
		const struct ask_flow *flow = &asker->flows[i];
		if (flow->protocol != protocol)
			continue;
		connections++;
		silent += flow->first_server == NO_SERVER;
		asked += flow->asked;
		answered += flow->answered;
		moved += flow->moves > 0;
		broken += flow->breaks > 0;
	}
	if (connections)
		printf("%s connections=%" PRIu64 " silent=%" PRIu64 " asked=%" PRIu64 " answered=%" PRIu64
		       " lost=%" PRIu64 " moved=%" PRIu64 " broken=%" PRIu64 "\n",
		       name, connections, silent, asked, answered, asked - answered, moved, broken);
}

void ask_print(const struct asker *asker)
{
	print_servers(asker);
	print_moves(asker);
	print_totals(asker, IPPROTO_TCP, "tcp");
	print_totals(asker, IPPROTO_UDP, "udp");
	if (asker->renew_after)
		printf("renewed connections=%" PRIu64 "\n", asker->renewals);
	if (asker->strange)
		printf("strange answers=%" PRIu64 "\n", asker->strange);
}

static FILE *open_report(const char *path)
{
	FILE *file = fopen(path, "we");
	if (!file)
		fail_errno("%s", path);
	return file;
}

static void close_report(FILE *file, const char *path)
{
	if (fclose(file))
		fail_errno("%s", path);
}

static void write_flow(FILE *file, const struct ask_flow *flow)
{
	char text[INET6_ADDRSTRLEN];
	fprintf(file, "%s %s %u", flow->protocol == IPPROTO_TCP ? "tcp" : "udp", address_text(&flow->local, text),
		address_port(&flow->local));
}

static const char *name_of(const struct asker *asker, int server)
{
	return server == NO_SERVER ? "-" : asker->servers.names[server];
}

void ask_write_map(const struct asker *asker, const char *path)
{
	FILE *file = open_report(path);
	for (uint32_t i = 0; i < asker->flow_count; i++) {
		const struct ask_flow *flow = &asker->flows[i];
		if (!flow->asked)
			continue; /* stopped before its turn: it never had an address */
		write_flow(file, flow);
		fprintf(file, " %s\n", name_of(asker, flow->last_server));
	}
	close_report(file, path);
}

void ask_write_moves(const struct asker *asker, const char *path)
{
	FILE *file = open_report(path);
	for (uint32_t i = 0; i < asker->flow_count; i++) {
		const struct ask_flow *flow = &asker->flows[i];
		if (!flow->moves)
			continue;
		write_flow(file, flow);
		fprintf(file, " %s %s\n", name_of(asker, flow->first_server), name_of(asker, flow->last_server));
	}
	close_report(file, path);
}
