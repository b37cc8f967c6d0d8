/* The TCP side of `traffic serve`: each line is answered by a line, some with many bytes behind it,
 * and the connection stays open. */
#include "clock.h"
#include "fail.h"
#include "serve.h"
#include "serve_bulk.h"
#include "sockets.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 4096 };

struct listener {
	struct watched watched; /* first, so that one pointer is both */
	struct server *server;
};

struct connection {
	struct watched watched; /* first, so that one pointer is both */
	struct server *server;
	struct bulk bulk;
	size_t used;
	char request[EXCHANGE_REQUEST_MAX];
};

static void connection_close(struct connection *connection)
{
	if (connection->bulk.kind == BULK_GET)
		bulk_report(&connection->bulk, connection->watched.fd);
	close(connection->watched.fd); /* epoll forgets it by itself */
	free(connection);
}

/* Answers are tiny; a client whose window has no room for one does not read and gets no more. */
static bool send_answer(struct connection *connection, const char *line, size_t length)
{
	struct server *server = connection->server;
	char answer[EXCHANGE_ANSWER_MAX];
	memcpy(answer, server->prefix, server->prefix_length);
	memcpy(answer + server->prefix_length, line, length);
	length += server->prefix_length;
	if (send(connection->watched.fd, answer, length, MSG_NOSIGNAL) != (ssize_t)length) {
		server->unsent++;
		return false;
	}
	server->tcp_answers++;
	return true;
}

/* A put is answered when it is done, a get was before. A connection that has had one asks again by lines. */
static bool finish_bulk(struct connection *connection)
{
	struct bulk *bulk = &connection->bulk;
	if (!bulk_is_done(bulk))
		return true;
	if (bulk->kind == BULK_GET) {
		server_watch_for(connection->server, &connection->watched, EPOLLIN);
		return true;
	}
	char line[EXCHANGE_REQUEST_MAX];
	int length = snprintf(line, sizeof line, "put %" PRIu64 "\n", bulk->size);
	bulk->kind = BULK_NONE;
	return send_answer(connection, line, (size_t)length);
}

/* Begins a transfer; `rest` is what has come behind its line. */
static bool begin_bulk(struct connection *connection, const char *line, char *rest, size_t rest_length)
{
	connection->used = 0;
	if (connection->bulk.kind == BULK_PUT)
		return bulk_take(&connection->bulk, (const uint8_t *)rest, rest_length) && finish_bulk(connection);
	/* Who asks for many bytes says nothing more before he has them. */
	if (rest_length || !send_answer(connection, line, (size_t)(rest - line)))
		return false;
	server_watch_for(connection->server, &connection->watched, EPOLLOUT);
	return true;
}

/* Answers every whole line and keeps the rest; false when the connection is of no more use. */
static bool answer_lines(struct connection *connection)
{
	char *line = connection->request;
	char *end = line + connection->used;
	for (char *newline; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		if (bulk_begin(&connection->bulk, line, connection->watched.fd))
			return begin_bulk(connection, line, newline + 1, (size_t)(end - newline - 1));
		if (!send_answer(connection, line, (size_t)(newline + 1 - line)))
			return false;
	}
	connection->used = (size_t)(end - line);
	memmove(connection->request, line, connection->used);
	return connection->used < sizeof connection->request;
}

static bool receive_lines(struct connection *connection)
{
	ssize_t got = recv(connection->watched.fd, connection->request + connection->used,
			   sizeof connection->request - connection->used, 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	connection->used += (size_t)got;
	return got && answer_lines(connection);
}

static void on_ready(struct watched *self)
{
	struct connection *connection = (struct connection *)self;
	struct bulk *bulk = &connection->bulk;
	bool alive;
	if (bulk->kind == BULK_NONE || bulk_is_done(bulk))
		alive = receive_lines(connection);
	else if (bulk->kind == BULK_GET)
		alive = bulk_send(bulk, self->fd) && finish_bulk(connection);
	else
		alive = bulk_receive(bulk, self->fd) && finish_bulk(connection);
	if (!alive)
		connection_close(connection);
}

static void connection_open(struct server *server, int fd)
{
	struct connection *connection = calloc(1, sizeof *connection);
	if (!connection)
		fail_errno("a connection");
	*connection = (struct connection){ .watched = { fd, on_ready }, .server = server };
	socket_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* only latency depends on it */
	server_watch(server, &connection->watched);
}

static void on_connection(struct watched *self)
{
	struct listener *listener = (struct listener *)self;
	for (;;) {
		int fd = accept4(self->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			connection_open(listener->server, fd);
			continue;
		}
		if (errno == EAGAIN)
			return;
		/* The rest are connections that ended while they waited; too many open files is ours. */
		if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
			fail_errno("accept");
	}
}

/* Accepted sockets inherit it. A client whose end never came here, as the link was cut, may come again from the same
 * port. Its old connection would answer it in place of the server that it means, and neither would ever be told. */
static bool set_keepalive(int fd, uint64_t idle_ns)
{
	int seconds = (int)((idle_ns + NANOSECONDS_PER_SECOND - 1) / NANOSECONDS_PER_SECOND);
	return socket_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds) &&
	       socket_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds) &&
	       socket_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void serve_tcp_open(struct server *server)
{
	static struct listener listener;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail_errno("TCP socket");

	/* Accepted sockets inherit it: a close is a reset, so that a server that ends leaves no half-open
	 * connection that would answer in place of the next server of the address. */
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0)
		fail_errno("SO_LINGER");
	if (!socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) || !socket_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0))
		fail_errno("TCP socket options");
	if (server->keepalive_ns && !set_keepalive(fd, server->keepalive_ns))
		fail_errno("TCP keepalive");
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(server->port) };
	if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0)
		fail_errno("TCP port %u", server->port);
	if (listen(fd, LISTEN_BACKLOG) < 0)
		fail_errno("listen");
	listener = (struct listener){ .watched = { fd, on_connection }, .server = server };
	server_watch(server, &listener.watched);
}
