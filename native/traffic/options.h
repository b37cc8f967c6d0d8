#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Command-line options as rows: parsing, checks and --help all come from the row.
 * The form is --name=value, or --name for a flag; nothing else is accepted. */

/* What a value may look like, and how it becomes a C value. */
struct option_kind {
	const char *expects;                          /* completes "expected ..." */
	bool (*parse)(const char *text, void *value); /* false: not what is expected */
};

extern const struct option_kind option_flag;         /* bool */
extern const struct option_kind option_text;         /* const char *, not empty */
extern const struct option_kind option_count;        /* uint64_t, 1 to 2^32-1: times 10^9 it still fits */
extern const struct option_kind option_number;       /* uint64_t */
extern const struct option_kind option_port;         /* uint16_t, at least 1 */
extern const struct option_kind option_seconds;      /* uint64_t nanoseconds, from a decimal number of seconds */
extern const struct option_kind option_milliseconds; /* uint64_t nanoseconds */
extern const struct option_kind option_protocols;    /* struct protocols */

/* Which transport protocols to use. */
struct protocols {
	bool tcp;
	bool udp;
};

struct option_row {
	const char *name;
	const char *metavar; /* how --help calls the value */
	const struct option_kind *kind;
	void *value;
	bool required;
	const char *help;
};

/* Fills the values of the rows (the last row is empty), or ends the program with a line that says what is wrong. */
void options_parse(const struct option_row *rows, char **arguments);

/* Strict decimal, no sign, no blank, no rest. */
bool parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *value);
