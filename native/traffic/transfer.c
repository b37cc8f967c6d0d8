/* traffic transfer: one TCP connection over which a server sends or takes many bytes.
 * Succeeds only when all have come, each right and in its place, before the time is over. */
#include "clock.h"
#include "exchange.h"
#include "fail.h"
#include "options.h"
#include "pattern.h"
#include "sockets.h"
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct transfer_options {
	struct address to, from; /* from: length 0 when the kernel chooses */
	uint16_t port;
	uint64_t get, put; /* bytes; one of them is 0 */
	uint64_t duration_ns;
};

struct transfer {
	int fd;
	bool connected;
	uint64_t size, done;
	uint64_t end_ns;
};

static bool parse_address(const char *text, void *value)
{
	return address_parse(text, value);
}

static const struct option_kind option_address = { "an IPv4 or IPv6 address", parse_address };

static struct transfer_options parse_options(char **arguments)
{
	struct transfer_options options = { .duration_ns = 10 * NANOSECONDS_PER_SECOND };
	const struct option_row rows[] = {
		{ "to", "ADDR", &option_address, &options.to, true, "the server" },
		{ "port", "PORT", &option_port, &options.port, true, "its port" },
		{ "get", "BYTES", &option_count, &options.get, false, "have so many sent by the server" },
		{ "put", "BYTES", &option_count, &options.put, false, "send so many to the server" },
		{ "from", "ADDR", &option_address, &options.from, false, "the local address" },
		{ "seconds", "S", &option_seconds, &options.duration_ns, false, "fail after S seconds; 10" },
		{ 0 },
	};
	options_parse(rows, arguments);
	if (!options.get == !options.put)
		fail_usage("either --get=BYTES or --put=BYTES is required");
	if (options.from.length && options.from.any.sa_family != options.to.any.sa_family)
		fail_usage("--from and --to are of different families");
	address_set_port(&options.to, options.port);
	return options;
}

/* Waits until the socket can be read or written; the end of the time is the end of the program. */
static void await(const struct transfer *transfer, short events)
{
	for (;;) {
		uint64_t now = clock_now_ns();
		if (now >= transfer->end_ns && !transfer->connected)
			fail("no connection when the time was over");
		if (now >= transfer->end_ns)
			fail("%" PRIu64 " of %" PRIu64 " bytes when the time was over", transfer->done, transfer->size);
		struct pollfd poll_fd = { .fd = transfer->fd, .events = events };
		int ready = poll(&poll_fd, 1, (int)((transfer->end_ns - now) / NANOSECONDS_PER_MILLISECOND) + 1);
		if (ready > 0)
			return;
		if (ready < 0 && errno != EINTR)
			fail_errno("poll");
	}
}

static void open_connection(struct transfer *transfer, const struct transfer_options *options)
{
	char text[INET6_ADDRSTRLEN];
	int error = 0;
	socklen_t length = sizeof error;
	transfer->fd = socket(options->to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (transfer->fd < 0)
		fail_errno("socket");
	/* IPv6 would have the address on a device, where IPv4 is content with a local route. */
	if (options->from.length && options->from.any.sa_family == AF_INET6 &&
	    !socket_option(transfer->fd, IPPROTO_IPV6, IPV6_FREEBIND, 1))
		fail_errno("IPV6_FREEBIND");
	if (options->from.length && bind(transfer->fd, &options->from.any, options->from.length) < 0)
		fail_errno("local address %s", address_text(&options->from, text));
	if (connect(transfer->fd, &options->to.any, options->to.length) < 0 && errno != EINPROGRESS)
		fail_errno("connect to %s port %u", address_text(&options->to, text), options->port);
	await(transfer, POLLOUT);
	if (getsockopt(transfer->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || (errno = error))
		fail_errno("connect to %s port %u", address_text(&options->to, text), options->port);
	transfer->connected = true;
}

static size_t send_some(const struct transfer *transfer, const void *bytes, size_t length)
{
	await(transfer, POLLOUT);
	ssize_t sent = send(transfer->fd, bytes, length, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		fail_errno("after %" PRIu64 " bytes", transfer->done);
	return sent > 0 ? (size_t)sent : 0;
}

static size_t receive_some(const struct transfer *transfer, void *bytes, size_t length)
{
	await(transfer, POLLIN);
	ssize_t got = recv(transfer->fd, bytes, length, 0);
	if (!got)
		fail("the server ended the connection after %" PRIu64 " bytes", transfer->done);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		fail_errno("after %" PRIu64 " bytes", transfer->done);
	return got > 0 ? (size_t)got : 0;
}

static void send_request(const struct transfer *transfer, const char *verb)
{
	char line[EXCHANGE_REQUEST_MAX];
	size_t length = (size_t)snprintf(line, sizeof line, "%s %" PRIu64 "\n", verb, transfer->size);
	if (send_some(transfer, line, length) != length)
		fail("the request does not go out");
}

/* Byte by byte: what follows the line is not its business. The name is what comes before the blank. */
static void receive_answer(const struct transfer *transfer, char name[EXCHANGE_ANSWER_MAX])
{
	size_t used = 0;
	while (used < EXCHANGE_ANSWER_MAX - 1) {
		if (!receive_some(transfer, name + used, 1) || name[used++] != '\n')
			continue;
		name[strcspn(name, " ")] = 0;
		return;
	}
	fail("the answer is no line");
}

static void receive_bytes(struct transfer *transfer)
{
	static uint8_t chunk[PATTERN_CHUNK_BYTES];
	while (transfer->done < transfer->size) {
		size_t got = receive_some(transfer, chunk, sizeof chunk);
		if (!pattern_matches(chunk, got, transfer->done))
			fail("wrong bytes, somewhere after byte %" PRIu64, transfer->done);
		transfer->done += got;
	}
	if (transfer->done > transfer->size)
		fail("%" PRIu64 " bytes, where %" PRIu64 " were asked for", transfer->done, transfer->size);
}

static void send_bytes(struct transfer *transfer)
{
	static uint8_t chunk[PATTERN_CHUNK_BYTES];
	while (transfer->done < transfer->size) {
		uint64_t left = transfer->size - transfer->done;
		size_t length = left < sizeof chunk ? (size_t)left : sizeof chunk;
		pattern_write(chunk, length, transfer->done);
		transfer->done += send_some(transfer, chunk, length);
	}
}

int transfer_main(char **arguments)
{
	struct transfer_options options = parse_options(arguments);
	char name[EXCHANGE_ANSWER_MAX] = "";
	uint64_t start_ns = clock_now_ns();
	struct transfer transfer = {
		.size = options.get ? options.get : options.put,
		.end_ns = start_ns + options.duration_ns,
	};
	open_connection(&transfer, &options);
	send_request(&transfer, options.get ? "get" : "put");
	if (options.get) {
		receive_answer(&transfer, name);
		receive_bytes(&transfer);
	} else {
		send_bytes(&transfer);
		receive_answer(&transfer, name);
	}

	struct address local = { .length = sizeof local.v6 };
	if (getsockname(transfer.fd, &local.any, &local.length) < 0)
		fail_errno("getsockname");
	printf("transfer server=%s port=%u bytes=%" PRIu64 " seconds=%.3f\n", name, address_port(&local),
	       transfer.done, clock_seconds(clock_now_ns() - start_ns));
	close(transfer.fd);
	return 0;
}
