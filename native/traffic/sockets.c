#include "sockets.h"

#include "fail.h"

#include <arpa/inet.h>
#include <sys/resource.h>

bool address_parse(const char *text, struct address *address)
{
	*address = (struct address){ 0 };
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->length = sizeof address->v4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->length = sizeof address->v6;
		return true;
	}
	return false;
}

void address_set_port(struct address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET)
		address->v4.sin_port = htons(port);
	else
		address->v6.sin6_port = htons(port);
}

uint16_t address_port(const struct address *address)
{
	return ntohs(address->any.sa_family == AF_INET ? address->v4.sin_port : address->v6.sin6_port);
}

const char *address_text(const struct address *address, char *buffer)
{
	const void *bytes = address->any.sa_family == AF_INET ? (const void *)&address->v4.sin_addr
							      : (const void *)&address->v6.sin6_addr;
	const char *text = inet_ntop(address->any.sa_family, bytes, buffer, INET6_ADDRSTRLEN);
	return text ? text : "?";
}

bool socket_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

void socket_receive_buffer(int fd, int bytes)
{
	if (socket_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes))
		return;
	if (!socket_option(fd, SOL_SOCKET, SO_RCVBUF, bytes))
		fail_errno("receive buffer of %d bytes", bytes);
}

void sockets_reserve(uint64_t needed)
{
	enum { OTHER_FILES = 16 }; /* standard streams, epoll, signals, a map file */
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail_errno("limit of open files");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail_errno("raising the limit of open files");
	if (needed + OTHER_FILES > limit.rlim_max)
		fail("%lu sockets do not fit the limit of %lu open files (ulimit -Hn)", (unsigned long)needed,
		     (unsigned long)limit.rlim_max);
}
