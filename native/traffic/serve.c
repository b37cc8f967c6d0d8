/* traffic serve: tells everybody who asks, by TCP or UDP, over IPv4 or IPv6, who it is.
 * Answers leave from the address that was asked, which may be one that the load balancer owns too. */
#include "serve.h"

#include "clock.h"
#include "fail.h"
#include "options.h"
#include "sockets.h"
#include "stop.h"
#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS_PER_WAIT = 256, WAIT_MS_MAX = 1000 };

void server_watch(struct server *server, struct watched *watched)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watched };
	if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, watched->fd, &event) < 0)
		fail_errno("epoll_ctl");
}

void server_watch_for(struct server *server, struct watched *watched, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watched };
	if (epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, watched->fd, &event) < 0)
		fail_errno("epoll_ctl");
}

static void set_name(struct server *server, const char *name)
{
	if (strlen(name) >= EXCHANGE_NAME_MAX)
		fail_usage("--name=%s: at most %d characters", name, EXCHANGE_NAME_MAX - 1);
	if (strpbrk(name, " \t\n"))
		fail_usage("--name=%s: a name has no blanks", name);
	server->prefix_length = (size_t)sprintf(server->prefix, "%s ", name);
}

static void on_stop(struct watched *self)
{
	(void)self; /* The loop looks at the descriptor itself. */
}

static void serve_until(struct server *server, int stop_fd, uint64_t end_ns)
{
	struct epoll_event events[EVENTS_PER_WAIT];
	while (!stop_requested(stop_fd) && clock_now_ns() < end_ns) {
		int ready = epoll_wait(server->epoll_fd, events, EVENTS_PER_WAIT, WAIT_MS_MAX);
		if (ready < 0 && errno != EINTR)
			fail_errno("epoll_wait");
		for (int i = 0; i < ready; i++) {
			struct watched *watched = events[i].data.ptr;
			watched->on_ready(watched);
		}
	}
}

int serve_main(char **arguments)
{
	struct server server = { 0 };
	const char *name = NULL;
	uint64_t duration_ns = 3600 * NANOSECONDS_PER_SECOND;
	const struct option_row rows[] = {
		{ "name", "NAME", &option_text, &name, true, "what to answer" },
		{ "port", "PORT", &option_port, &server.port, true, "where to listen, TCP and UDP" },
		{ "seconds", "S", &option_seconds, &duration_ns, false, "end at the latest after S seconds; 3600" },
		{ "keepalive", "S", &option_seconds, &server.keepalive_ns, false,
		  "after S silent seconds, ask whether the client is still there; never" },
		{ 0 },
	};
	options_parse(rows, arguments);
	set_name(&server, name);
	sockets_reserve(1);

	server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (server.epoll_fd < 0)
		fail_errno("epoll_create1");
	struct watched stop = { .fd = stop_open(), .on_ready = on_stop };
	server_watch(&server, &stop);
	serve_tcp_open(&server);
	serve_udp_open(&server);

	printf("ready\n");
	fflush(stdout);
	serve_until(&server, stop.fd, clock_now_ns() + duration_ns);
	printf("answers tcp=%lu udp=%lu unsent=%lu\n", (unsigned long)server.tcp_answers,
	       (unsigned long)server.udp_answers, (unsigned long)server.unsent);
	return 0;
}
