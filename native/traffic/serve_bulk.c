#include "serve_bulk.h"

#include "fail.h"
#include "pattern.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include <netinet/in.h>

static unsigned segment_size(int fd)
{
	struct tcp_info info;
	socklen_t length = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		fail_errno("TCP_INFO");
	return info.tcpi_snd_mss;
}

bool bulk_begin(struct bulk *bulk, const char *line, int fd)
{
	uint64_t size;
	if (sscanf(line, "get %" SCNu64, &size) == 1)
		*bulk = (struct bulk){ .kind = BULK_GET, .size = size, .first_mss = segment_size(fd) };
	else if (sscanf(line, "put %" SCNu64, &size) == 1)
		*bulk = (struct bulk){ .kind = BULK_PUT, .size = size };
	else
		return false;
	return true;
}

bool bulk_is_done(const struct bulk *bulk)
{
	return bulk->done == bulk->size;
}

static bool try_again_later(void)
{
	return errno == EAGAIN || errno == EINTR;
}

bool bulk_send(struct bulk *bulk, int fd)
{
	uint8_t chunk[PATTERN_CHUNK_BYTES];
	uint64_t left = bulk->size - bulk->done;
	size_t length = left < sizeof chunk ? (size_t)left : sizeof chunk;
	pattern_write(chunk, length, bulk->done);
	ssize_t sent = send(fd, chunk, length, MSG_NOSIGNAL);
	bulk->done += sent > 0 ? (uint64_t)sent : 0;
	return sent >= 0 || try_again_later();
}

bool bulk_take(struct bulk *bulk, const uint8_t *bytes, size_t length)
{
	if (length > bulk->size - bulk->done || !pattern_matches(bytes, length, bulk->done))
		return false;
	bulk->done += length;
	return true;
}

bool bulk_receive(struct bulk *bulk, int fd)
{
	uint8_t chunk[PATTERN_CHUNK_BYTES];
	ssize_t got = recv(fd, chunk, sizeof chunk, 0);
	if (got < 0)
		return try_again_later();
	return got && bulk_take(bulk, chunk, (size_t)got);
}

void bulk_report(const struct bulk *bulk, int fd)
{
	printf("sent bytes=%" PRIu64 " first_mss=%u last_mss=%u\n", bulk->done, bulk->first_mss, segment_size(fd));
	fflush(stdout);
}
