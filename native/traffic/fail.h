#pragma once

/* How this program gives up: one line on stderr, and an exit code that tells whose fault it was. */

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* The subcommand that runs, or NULL; it heads the line. */
extern const char *fail_command;

/* Something went wrong that errno does not explain. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A system call failed: the line ends with what errno means. */
_Noreturn void fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The command line is wrong. */
_Noreturn void fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
