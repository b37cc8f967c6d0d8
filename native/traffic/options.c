#include "options.h"

#include "clock.h"
#include "fail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parse_unsigned(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	*value = strtoull(text, NULL, 10);
	return !errno && *value >= min && *value <= max;
}

static bool parse_flag(const char *text, void *value)
{
	(void)text;
	*(bool *)value = true;
	return true;
}

static bool parse_text(const char *text, void *value)
{
	*(const char **)value = text;
	return *text;
}

static bool parse_count(const char *text, void *value)
{
	return parse_unsigned(text, 1, UINT32_MAX, value);
}

static bool parse_number(const char *text, void *value)
{
	return parse_unsigned(text, 0, UINT64_MAX, value);
}

static bool parse_port(const char *text, void *value)
{
	uint64_t port;
	if (!parse_unsigned(text, 1, UINT16_MAX, &port))
		return false;
	*(uint16_t *)value = (uint16_t)port;
	return true;
}

static bool parse_seconds(const char *text, void *value)
{
	if (!*text || strspn(text, "0123456789.") != strlen(text))
		return false;
	char *end;
	double seconds = strtod(text, &end);
	if (*end || seconds < 0.001 || seconds > 86400)
		return false;
	*(uint64_t *)value = (uint64_t)(seconds * NANOSECONDS_PER_SECOND);
	return true;
}

static bool parse_milliseconds(const char *text, void *value)
{
	uint64_t milliseconds;
	if (!parse_unsigned(text, 1, 3600 * 1000, &milliseconds))
		return false;
	*(uint64_t *)value = milliseconds * NANOSECONDS_PER_MILLISECOND;
	return true;
}

static bool parse_protocols(const char *text, void *value)
{
	struct protocols *protocols = value;
	bool both = !strcmp(text, "both") || !strcmp(text, "tcp,udp") || !strcmp(text, "udp,tcp");
	protocols->tcp = both || !strcmp(text, "tcp");
	protocols->udp = both || !strcmp(text, "udp");
	return protocols->tcp || protocols->udp;
}

const struct option_kind option_flag = { "no value", parse_flag };
const struct option_kind option_text = { "a text", parse_text };
const struct option_kind option_count = { "a number from 1 to 4294967295", parse_count };
const struct option_kind option_number = { "a number", parse_number };
const struct option_kind option_port = { "a port from 1 to 65535", parse_port };
const struct option_kind option_seconds = { "seconds from 0.001 to 86400", parse_seconds };
const struct option_kind option_milliseconds = { "milliseconds from 1 to 3600000", parse_milliseconds };
const struct option_kind option_protocols = { "tcp, udp or tcp,udp", parse_protocols };

static _Noreturn void print_help(const struct option_row *rows)
{
	printf("usage: traffic %s [--OPTION=VALUE]...\n\n", fail_command);
	for (const struct option_row *row = rows; row->name; row++) {
		char left[48];
		snprintf(left, sizeof left, "--%s%s%s", row->name, row->metavar ? "=" : "",
			 row->metavar ? row->metavar : "");
		printf("  %-28s  %s%s\n", left, row->help, row->required ? " (required)" : "");
	}
	if (fflush(stdout))
		fail_errno("standard output");
	exit(0);
}

static const struct option_row *find_row(const struct option_row *rows, const char *name, size_t length)
{
	for (const struct option_row *row = rows; row->name; row++)
		if (strlen(row->name) == length && !strncmp(row->name, name, length))
			return row;
	return NULL;
}

static const struct option_row *parse_argument(const struct option_row *rows, const char *argument)
{
	if (!strcmp(argument, "--help") || !strcmp(argument, "-h"))
		print_help(rows);
	if (strncmp(argument, "--", 2))
		fail_usage("\"%s\" is not an option, expected --NAME=VALUE", argument);

	const char *name = argument + 2;
	size_t length = strcspn(name, "=");
	const struct option_row *row = find_row(rows, name, length);
	if (!row)
		fail_usage("unknown option \"--%.*s\", --help lists them", (int)length, name);

	bool has_value = name[length] == '=';
	const char *text = has_value ? name + length + 1 : "";
	bool is_flag = row->kind == &option_flag;
	if (has_value == is_flag || !row->kind->parse(text, row->value))
		fail_usage("--%s%s%s: expected %s", row->name, has_value ? "=" : "", text, row->kind->expects);
	return row;
}

void options_parse(const struct option_row *rows, char **arguments)
{
	uint64_t seen = 0;
	for (; *arguments; arguments++) {
		const struct option_row *row = parse_argument(rows, *arguments);
		uint64_t bit = UINT64_C(1) << (row - rows);
		if (seen & bit)
			fail_usage("--%s is given twice", row->name);
		seen |= bit;
	}
	for (const struct option_row *row = rows; row->name; row++)
		if (row->required && !(seen & UINT64_C(1) << (row - rows)))
			fail_usage("--%s=%s is required", row->name, row->metavar);
}
