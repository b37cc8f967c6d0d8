/* One flow of `traffic ask`: its socket, its requests under way, and who answered them. */
#include "ask.h"
#include "fail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

int server_number(struct server_names *servers, const char *name, size_t length)
{
	for (int i = 0; i < servers->count; i++)
		if (strlen(servers->names[i]) == length && !memcmp(servers->names[i], name, length))
			return i;
	if (servers->count == SERVERS_MAX)
		fail("more than %d different servers answered", SERVERS_MAX);
	memcpy(servers->names[servers->count], name, length);
	return servers->count++;
}

static uint32_t flow_index(const struct asker *asker, const struct ask_flow *flow)
{
	return (uint32_t)(flow - asker->flows);
}

static void watch(struct asker *asker, struct ask_flow *flow, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = flow_index(asker, flow) };
	if (epoll_ctl(asker->epoll_fd, operation, flow->fd, &event) < 0)
		fail_errno("epoll_ctl");
}

/* connect chooses the port: it finds one that is free towards that destination, where bind wants one free of all. */
static void bind_without_port(const struct ask_flow *flow)
{
	char text[INET6_ADDRSTRLEN];
	if (!socket_option(flow->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1))
		fail_errno("IP_BIND_ADDRESS_NO_PORT");
	if (bind(flow->fd, &flow->from->any, flow->from->length) < 0)
		fail_errno("local address %s", address_text(flow->from, text));
}

static void flow_open(struct asker *asker, struct ask_flow *flow)
{
	char text[INET6_ADDRSTRLEN];
	bool tcp = flow->protocol == IPPROTO_TCP;
	int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
	flow->fd = socket(flow->to->any.sa_family, type, flow->protocol);
	if (flow->fd < 0)
		fail_errno("socket");

	/* A connection that broke is taken up again from the same port: it is the same flow. All sockets
	 * agree to that beforehand, since the kernel may let flows to different addresses share a port. */
	if (tcp && !socket_option(flow->fd, SOL_SOCKET, SO_REUSEADDR, 1))
		fail_errno("SO_REUSEADDR");
	if (flow->local.length && bind(flow->fd, &flow->local.any, flow->local.length) < 0)
		fail_errno("local port %u again", address_port(&flow->local));
	if (!flow->local.length && flow->from)
		bind_without_port(flow);
	if (connect(flow->fd, &flow->to->any, flow->to->length) < 0 && errno != EINPROGRESS)
		fail_errno("connect to %s port %u", address_text(flow->to, text), address_port(flow->to));

	flow->local.length = sizeof flow->local.v6;
	if (getsockname(flow->fd, &flow->local.any, &flow->local.length) < 0)
		fail_errno("getsockname");
	flow->connected = !tcp;
	flow->closing = false;
	flow->used = 0;
	flow->served = 0;
	watch(asker, flow, EPOLL_CTL_ADD, tcp ? EPOLLOUT : EPOLLIN);
}

/* Ends a connection without a trace, so that its port is free for the next one at once. */
static void flow_drop(struct ask_flow *flow)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	if (setsockopt(flow->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0)
		fail_errno("SO_LINGER");
	close(flow->fd);
	flow->fd = -1;
}

static void send_request(struct asker *asker, struct ask_flow *flow, uint64_t sequence)
{
	static char request[DATAGRAM_MAX];
	memset(request, 0, EXCHANGE_REQUEST_MAX); /* behind it nothing was ever written */
	int line = snprintf(request, EXCHANGE_REQUEST_MAX, "%u.%" PRIu64 "\n", flow_index(asker, flow), sequence);
	ssize_t length = line;
	if (flow->protocol == IPPROTO_UDP && length < (ssize_t)asker->datagram_bytes)
		length = (ssize_t)asker->datagram_bytes; /* the server cuts off what it has no room for */
	if (send(flow->fd, request, (size_t)length, MSG_NOSIGNAL) == length)
		return;
	/* UDP tells here of an earlier refusal (ECONNREFUSED), or that there is no room: the request is
	 * lost and counts as such. A TCP connection that does not take a few bytes is done for. */
	flow->closing = flow->protocol == IPPROTO_TCP;
}

static void send_unanswered(struct asker *asker, struct ask_flow *flow)
{
	for (int age = 63; age >= 0; age--)
		if (flow->unanswered >> age & 1)
			send_request(asker, flow, flow->asked - 1 - (uint64_t)age);
}

/* A connection that has had its answers ends; the next one is another flow, which may be anybody's. */
static void renew(struct asker *asker, struct ask_flow *flow)
{
	if (!asker->renew_after || flow->fd < 0 || flow->served < asker->renew_after || flow->unanswered)
		return;
	flow_drop(flow);
	flow->local.length = 0;
	flow->renewed = true;
	asker->renewals++;
}

void flow_ask(struct asker *asker, struct ask_flow *flow)
{
	renew(asker, flow);
	asker->waiting += 1 - (flow->unanswered >> 63); /* the oldest is given up for the new one */
	flow->unanswered = flow->unanswered << 1 | 1;
	flow->asked++;

	if (flow->fd < 0) {
		flow_open(asker, flow);
		if (flow->protocol == IPPROTO_TCP)
			return; /* the requests go out once it is connected */
	}
	if (flow->connected)
		send_request(asker, flow, flow->asked - 1);
}

static void note_server(struct asker *asker, struct ask_flow *flow, int server)
{
	if (flow->first_server == NO_SERVER) {
		flow->first_server = server;
		asker->answered_flows++;
	} else if (!flow->renewed && flow->last_server != server) {
		flow->moves++;
	}
	flow->renewed = false;
	flow->last_server = server;
}

/* Takes one answer, "NAME FLOW.SEQUENCE" without its newline. */
static void note_answer(struct asker *asker, struct ask_flow *flow, const char *text)
{
	uint32_t index;
	uint64_t sequence;
	size_t name_length = strcspn(text, " ");
	bool valid = name_length > 0 && name_length < EXCHANGE_NAME_MAX && text[name_length] &&
		     sscanf(text + name_length + 1, "%" SCNu32 ".%" SCNu64, &index, &sequence) == 2 &&
		     index == flow_index(asker, flow) && sequence < flow->asked;
	uint64_t age = valid ? flow->asked - 1 - sequence : UINT64_MAX;
	if (age > 63 || !(flow->unanswered >> age & 1)) {
		asker->strange++;
		return;
	}
	flow->unanswered &= ~(UINT64_C(1) << age);
	flow->answered++;
	flow->served++;
	asker->waiting--;
	note_server(asker, flow, server_number(&asker->servers, text, name_length));
}

/* Takes all whole lines of what has been received and keeps the rest. */
static void note_lines(struct asker *asker, struct ask_flow *flow)
{
	char *line = flow->answer;
	char *end = line + flow->used;
	for (char *newline; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		*newline = 0;
		note_answer(asker, flow, line);
	}
	flow->used = (size_t)(end - line);
	memmove(flow->answer, line, flow->used);
}

static void receive_datagrams(struct asker *asker, struct ask_flow *flow)
{
	ssize_t got;
	while ((got = recv(flow->fd, flow->answer, sizeof flow->answer, 0)) > 0) {
		flow->used = (size_t)got;
		note_lines(asker, flow);
		flow->used = 0;
	}
	/* EAGAIN, or an ICMP error about a request, which stays unanswered; reading it has cleared it. */
}

/* Reads all there is; false when the connection has ended or the other side makes no sense. */
static bool receive_stream(struct asker *asker, struct ask_flow *flow)
{
	for (;;) {
		ssize_t got = recv(flow->fd, flow->answer + flow->used, sizeof flow->answer - flow->used, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (got <= 0)
			return false;
		flow->used += (size_t)got;
		note_lines(asker, flow);
		if (flow->used == sizeof flow->answer)
			return false;
	}
}

/* Whether the handshake has succeeded; only then were requests to be sent. */
static bool finish_connect(struct asker *asker, struct ask_flow *flow)
{
	int error = 0;
	socklen_t length = sizeof error;
	if (getsockopt(flow->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		fail_errno("SO_ERROR");
	if (error)
		return false;
	flow->connected = true;
	watch(asker, flow, EPOLL_CTL_MOD, EPOLLIN);
	send_unanswered(asker, flow);
	return true;
}

void flow_ready(struct asker *asker, struct ask_flow *flow)
{
	if (flow->protocol == IPPROTO_UDP) {
		receive_datagrams(asker, flow);
		return;
	}
	bool was_connected = flow->connected;
	bool alive = was_connected ? receive_stream(asker, flow) : finish_connect(asker, flow);
	if (alive && !flow->closing)
		return;

	flow_drop(flow);
	/* Only one that had been accepted is taken up at once: a refused one waits for its next turn,
	 * so that a closed port is not hammered. */
	if (was_connected) {
		flow->breaks++;
		flow_open(asker, flow);
	}
}
