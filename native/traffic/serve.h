#pragma once

#include "exchange.h"

#include <stddef.h>
#include <stdint.h>

/* Something epoll watches; what happened to it goes to its function. */
struct watched {
	int fd;
	void (*on_ready)(struct watched *self);
};

/* The server, as its two protocols see it. */
struct server {
	int epoll_fd;
	uint16_t port;
	uint64_t keepalive_ns; /* 0: a client that says nothing is asked nothing */
	char prefix[EXCHANGE_NAME_MAX + 1]; /* the name and a blank: what each answer starts with */
	size_t prefix_length;

	uint64_t tcp_answers;
	uint64_t udp_answers;
	uint64_t unsent; /* answers the kernel did not take */
};

/* Has epoll watch it for input. */
void server_watch(struct server *server, struct watched *watched);

/* Has epoll watch what it watches already for these events instead. */
void server_watch_for(struct server *server, struct watched *watched, uint32_t events);

/* Each opens its socket, on any local address of either family, and watches it. */
void serve_tcp_open(struct server *server);
void serve_udp_open(struct server *server);
