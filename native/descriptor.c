#define _GNU_SOURCE
#include "descriptor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

/* The connection may be set not to block. */
static int wait_for(int connection, short events)
{
	struct pollfd wanted = { .fd = connection, .events = events };

	return poll(&wanted, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

int nfqlb_descriptor_send(int connection, int descriptor)
{
	union control control = { 0 };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1,
				  .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
	while (sendmsg(connection, &message, MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (wait_for(connection, POLLOUT) < 0)
			return -errno;
	}
	return 0;
}

int nfqlb_descriptor_receive(int connection)
{
	union control control;
	char byte;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1,
				  .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header;
	int descriptor;

	while (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (wait_for(connection, POLLIN) < 0)
			return -errno;
	}
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPROTO;
	memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
	return descriptor;
}
