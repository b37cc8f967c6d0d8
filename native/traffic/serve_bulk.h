#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The many bytes of `traffic transfer`, at the server's end of a connection. */
struct bulk {
	enum bulk_kind { BULK_NONE, BULK_GET, BULK_PUT } kind;
	uint64_t size, done;
	unsigned first_mss; /* of a get: the segment size before its first byte */
};

/* Whether this line, without its newline, asks for a transfer; then it begins. */
bool bulk_begin(struct bulk *bulk, const char *line, int fd);

bool bulk_is_done(const struct bulk *bulk);

/* Of a get: sends what the socket takes. False when the connection is of no more use. */
bool bulk_send(struct bulk *bulk, int fd);

/* Of a put: reads what the socket has. False when the connection has ended, or brought a wrong byte. */
bool bulk_receive(struct bulk *bulk, int fd);

/* Of a put: takes bytes that were read behind its line. False when one is wrong. */
bool bulk_take(struct bulk *bulk, const uint8_t *bytes, size_t length);

/* Of a get that has ended: prints how much was sent, and how the size of its segments has changed. */
void bulk_report(const struct bulk *bulk, int fd);
