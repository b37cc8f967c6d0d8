#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { FIRST_OTHER = 3, MOST_DESCRIPTORS = 65536 };

struct order {
	const char *const *words;
	const char *const *environment;
	int input;
	int output;
	bool becomes_nobody;
	volatile int error;
};

/* Raw system calls throughout: those of the C library would reach for the other threads of the parent. */
static bool has_rights(uint32_t wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2];

	return syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & wanted) == wanted;
}

/* Who may not kill what he has started must not start it as somebody else. */
static bool may_become_nobody(void)
{
	return geteuid() == 0 && has_rights(1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL);
}

static int shed_rights(bool becomes_nobody)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	const long nobody = NFQLB_COMMAND_NOBODY;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	/* Refused without CAP_SETPCAP; what stays there cannot be gained all the same. */
	for (int right = 0; prctl(PR_CAPBSET_READ, right, 0, 0, 0) >= 0; right++)
		prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (becomes_nobody &&
	    (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, nobody, nobody, nobody) < 0 ||
	     syscall(SYS_setresuid, nobody, nobody, nobody) < 0))
		return -1;
	if (syscall(SYS_capset, &header, none) < 0)
		return -1;
	/* A change of user takes it back, so it comes last. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static void keep_no_descriptors(void)
{
	if (syscall(SYS_close_range, FIRST_OTHER, ~0u, 0) == 0)
		return;
	for (int other = FIRST_OTHER; other < MOST_DESCRIPTORS; other++)
		close(other);
}

static void take_no_signals(void)
{
	/* struct sigaction of the kernel: SIG_DFL, and all else 0. The C library's refuses the two signals it uses itself,
	 * which may have been inherited as ignored. */
	const unsigned long usual[4] = { 0 };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, usual, NULL, (NSIG - 1) / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, with the memory of the parent, which waits. */
__attribute__((noreturn, noinline)) static void become(struct order *order)
{
	const struct rlimit no_core = { 0, 0 };

	if (setpgid(0, 0) < 0 || dup2(order->input, STDIN_FILENO) < 0 || dup2(order->output, STDOUT_FILENO) < 0 ||
	    dup2(order->output, STDERR_FILENO) < 0 || chdir("/") < 0 || shed_rights(order->becomes_nobody) < 0)
		goto failed;
	keep_no_descriptors();
	syscall(SYS_prlimit64, 0, RLIMIT_CORE, &no_core, NULL);
	take_no_signals();
	execve(order->words[0], (char *const *)order->words, (char *const *)order->environment);
failed:
	order->error = errno;
	_exit(127);
}

/* With all signals blocked: a handler of the parent must not run in the child. */
static pid_t start(struct order *order)
{
	sigset_t all, before;
	pid_t process;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	process = vfork();
	if (process == 0)
		become(order);
	if (process < 0)
		order->error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return process;
}

static int watch(pid_t process)
{
	int ending = (int)syscall(SYS_pidfd_open, process, 0);

	if (ending >= 0)
		return ending;
	ending = -errno;
	kill(-process, SIGKILL);
	return ending;
}

int nfqlb_command_start(const char *const *words, const char *const *environment, int32_t *process, int32_t *output)
{
	struct order order = { .words = words, .environment = environment, .becomes_nobody = may_become_nobody() };
	int ends[2];
	pid_t started;
	int rc;

	order.input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (order.input < 0)
		return -errno;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		rc = -errno;
		close(order.input);
		return rc;
	}
	order.output = ends[1];
	started = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : start(&order);
	rc = started < 0 ? -(order.error ? order.error : errno) : order.error ? -order.error : watch(started);
	close(order.input);
	close(ends[1]);
	if (rc < 0) {
		if (started > 0)
			waitpid(started, NULL, 0);
		close(ends[0]);
		return rc;
	}
	*process = started;
	*output = ends[0];
	return rc;
}

int nfqlb_command_has_ended(int32_t process, int32_t *code, int32_t *signal)
{
	siginfo_t found = { 0 };

	if (waitid(P_PID, process, &found, WEXITED | WNOHANG | WNOWAIT) < 0 || found.si_pid != process)
		return 0;
	*code = found.si_code == CLD_EXITED ? found.si_status : 0;
	*signal = found.si_code == CLD_EXITED ? 0 : found.si_status;
	return 1;
}

int nfqlb_command_reap(int32_t group)
{
	pid_t reaped;

	do
		reaped = waitpid(-group, NULL, WNOHANG);
	while (reaped > 0 || (reaped < 0 && errno == EINTR));
	return reaped < 0;
}
