/* traffic: makes, answers and counts the packets that a load balancer stands between. */
#include "fail.h"
#include "traffic.h"

#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name;
	const char *summary;
	int (*run)(char **arguments);
} commands[] = {
	{ "serve", "answer TCP and UDP with the name of this server", serve_main },
	{ "ask", "ask over many connections who answers, and whether that changes", ask_main },
	{ "inject", "send made-up packets of many flows, from addresses nobody has", inject_main },
	{ "capture", "count the injected packets that arrive, or write down all", capture_main },
	{ "replay", "send the packets of a capture, in their order", replay_main },
	{ "transfer", "move many bytes over one TCP connection, and check them", transfer_main },
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_usage(FILE *stream)
{
	fputs("usage: traffic COMMAND [--OPTION=VALUE]...\n\n", stream);
	for (int i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"traffic COMMAND --help\" lists the options of a command.\n", stream);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return 0;
	}
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		fail_command = commands[i].name;
		int result = commands[i].run(argv + 2);
		if (fflush(stdout) || ferror(stdout))
			fail_errno("standard output");
		return result;
	}
	fail_usage("unknown command \"%s\", \"traffic --help\" lists them", argv[1]);
}
