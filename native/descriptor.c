#define _GNU_SOURCE
#include "descriptor.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

static int64_t now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the connection is ready, at the latest until a time: then -ETIMEDOUT. */
static int wait_for(int connection, short events, int64_t end)
{
	struct pollfd wanted = { .fd = connection, .events = events };
	int64_t left = end - now_milliseconds();

	if (left <= 0)
		return -ETIMEDOUT;
	return poll(&wanted, 1, left > INT32_MAX ? INT32_MAX : (int)left) < 0 && errno != EINTR ? -errno : 0;
}

int nfqlb_descriptor_send(int connection, int descriptor, int limit_milliseconds)
{
	union control control = { 0 };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1,
				  .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	const int64_t end = now_milliseconds() + limit_milliseconds;
	int rc;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
	while (sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		rc = wait_for(connection, POLLOUT, end);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int nfqlb_descriptor_receive(int connection, int limit_milliseconds)
{
	union control control;
	char byte;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1,
				  .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	const int64_t end = now_milliseconds() + limit_milliseconds;
	struct cmsghdr *header;
	int descriptor, rc;

	while (recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		rc = wait_for(connection, POLLIN, end);
		if (rc < 0)
			return rc;
	}
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPROTO;
	memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
	return descriptor;
}
