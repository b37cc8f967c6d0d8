#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <netinet/in.h>

/* An IPv4 or IPv6 address, with or without a port. */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t length;
};

/* A numeric address; names are not looked up. */
bool address_parse(const char *text, struct address *address);

void address_set_port(struct address *address, uint16_t port);
uint16_t address_port(const struct address *address);

/* Text without the port, in a buffer of INET6_ADDRSTRLEN. */
const char *address_text(const struct address *address, char *buffer);

/* setsockopt for an int; false with errno set. */
bool socket_option(int fd, int level, int name, int value);

/* Raises the receive buffer past the system's limit where privileges allow it, else up to the limit. */
void socket_receive_buffer(int fd, int bytes);

/* Raises the limit of open files to the hard limit; fails unless `needed` of them fit. */
void sockets_reserve(uint64_t needed);
