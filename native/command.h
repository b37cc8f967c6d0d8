/*
 * Commands that check targets: processes with no rights of ours.
 *
 * Why C: between vfork(2) and execve(2) no managed code may run, and rights are shed there.
 */
#ifndef NFQLB_COMMAND_H
#define NFQLB_COMMAND_H

#include <stdint.h>

#include "nfqlb_queue.h"

/* The user and group of who has no rights, where root starts a command. */
#define NFQLB_COMMAND_NOBODY 65534

/*
 * Starts a command in a process group of its own, without capabilities, unable to gain any, with no descriptors but
 * nothing to read and a pipe to write to, in the root directory. Root runs it as nobody, where it may; anybody else as
 * himself. It is killed when the thread that started it ends.
 *
 * words: the file to execute, by its whole path, and its arguments; environment: all of it; both end with null.
 * process: gets its id, which is that of its group; the caller waits for it. output: gets the end of the pipe to read
 * from, which does not block; the caller closes it.
 *
 * Returns a descriptor that can be read once the process has ended, or -errno: nothing runs then.
 */
NFQLB_API int nfqlb_command_start(const char *const *words, const char *const *environment, int32_t *process,
				  int32_t *output);

/*
 * Whether a process has ended: 1, and it can be waited for all the same; 0 while it runs.
 *
 * code: gets what it ended with by itself; signal: gets what killed it, 0 for nothing.
 */
NFQLB_API int nfqlb_command_has_ended(int32_t process, int32_t *code, int32_t *signal);

/* Waits for all children of a process group that have ended. 1 when there are no others, 0 when some still run. */
NFQLB_API int nfqlb_command_reap(int32_t group);

#endif
