#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *fail_command;

static void print_line(const char *format, va_list arguments, const char *reason)
{
	fputs("traffic", stderr);
	if (fail_command)
		fprintf(stderr, " %s", fail_command);
	fputs(": ", stderr);
	vfprintf(stderr, format, arguments);
	if (reason)
		fprintf(stderr, ": %s", reason);
	fputc('\n', stderr);
}

void fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	print_line(format, arguments, NULL);
	va_end(arguments);
	exit(EXIT_FAILED);
}

void fail_errno(const char *format, ...)
{
	const char *reason = strerror(errno);
	va_list arguments;
	va_start(arguments, format);
	print_line(format, arguments, reason);
	va_end(arguments);
	exit(EXIT_FAILED);
}

void fail_usage(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	print_line(format, arguments, NULL);
	va_end(arguments);
	exit(EXIT_USAGE);
}
