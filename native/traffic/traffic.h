#pragma once

/* The subcommands, one file each. Each takes its arguments (NULL at the end, command name left out)
 * and returns the exit code. */
int serve_main(char **arguments);
int ask_main(char **arguments);
int inject_main(char **arguments);
int capture_main(char **arguments);
int replay_main(char **arguments);
int transfer_main(char **arguments);
