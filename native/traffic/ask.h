#pragma once

#include "exchange.h"
#include "sockets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NO_SERVER = -1, SERVERS_MAX = 256, DATAGRAM_MAX = 65507 };

/* The names that answered, in the order they were first heard. */
struct server_names {
	int count;
	char names[SERVERS_MAX][EXCHANGE_NAME_MAX];
};

/* The number of a name, given as its characters. */
int server_number(struct server_names *servers, const char *name, size_t length);

/* One connection: a socket of its own, so a source port of its own. */
struct ask_flow {
	const struct address *to;
	const struct address *from; /* NULL: as the routes say */
	int protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	int fd;       /* -1: closed */
	bool connected;
	bool closing; /* the connection ended while it was written to; the event loop deals with it */
	struct address local; /* valid once a socket was opened; kept when a connection is opened again */

	uint64_t asked;
	uint64_t answered;
	/* Bit i: the request with sequence number asked-1-i has no answer yet.
	 * A request that 64 others have followed is given up. */
	uint64_t unanswered;

	int first_server; /* NO_SERVER until it is answered */
	int last_server;
	uint64_t moves;  /* how often another server answered than the time before */
	uint64_t breaks; /* how often an accepted TCP connection ended under us */

	uint64_t served; /* answers over the socket that it has now */
	bool renewed; /* and none yet since it was renewed: whoever answers has not taken it from anybody */

	size_t used; /* of an incomplete TCP answer */
	char answer[EXCHANGE_ANSWER_MAX];
};

struct asker {
	int epoll_fd;
	struct ask_flow *flows;
	uint32_t flow_count;
	struct server_names servers;

	uint64_t datagram_bytes; /* a UDP request is at least so long: zeros follow its line */
	uint64_t renew_after; /* so many answers end a connection, and the next one has another port; 0: none does */
	uint64_t renewals; /* connections that were ended so */
	uint64_t waiting;  /* requests that may still be answered */
	uint32_t answered_flows; /* flows that have had an answer */
	uint64_t strange;  /* answers nobody asked for: duplicated, too late, or not an answer at all */
};

/* Asks once more over the flow, opening its socket if it has none. */
void flow_ask(struct asker *asker, struct ask_flow *flow);

/* Reads what has come in and goes on with a connection; called when epoll reports the flow's socket. */
void flow_ready(struct asker *asker, struct ask_flow *flow);

/* Prints who answered what, who moved where, and the totals of each protocol. */
void ask_print(const struct asker *asker);

/* Writes a line a flow: protocol, local address, local port, the server that answered last or "-". */
void ask_write_map(const struct asker *asker, const char *path);

/* Writes a line a flow that moved: as the map, but with the first and the last server. */
void ask_write_moves(const struct asker *asker, const char *path);
