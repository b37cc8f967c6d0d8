/* Preloaded into a program: appends each netlink datagram it sends (>) and receives (<) to $NETLINK_RECORD, in hex. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void record(char direction, const unsigned char *bytes, size_t length)
{
	const char *path = getenv("NETLINK_RECORD");
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "%c ", direction);
	for (size_t i = 0; i < length; i++)
		fprintf(file, "%02x", bytes[i]);
	fputc('\n', file);
	fclose(file);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
	static unsigned char bytes[1 << 20];
	size_t length = 0;

	for (size_t i = 0; i < message->msg_iovlen; i++) {
		const struct iovec *part = &message->msg_iov[i];

		if (length + part->iov_len > sizeof bytes)
			abort();
		memcpy(bytes + length, part->iov_base, part->iov_len);
		length += part->iov_len;
	}
	record('>', bytes, length);
	return real(fd, message, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");

	record('>', bytes, length);
	return real(fd, bytes, length, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) = dlsym(RTLD_NEXT, "recvmsg");
	ssize_t length = real(fd, message, flags);

	if (length > 0 && !(flags & MSG_PEEK))
		record('<', message->msg_iov[0].iov_base, (size_t)length);
	return length;
}
