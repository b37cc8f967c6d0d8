#include "stop.h"

#include "fail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int stop_open(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		fail_errno("sigprocmask");
	int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		fail_errno("signalfd");
	return fd;
}

bool stop_requested(int stop_fd)
{
	/* The signal is not read here, so the answer does not change. */
	struct pollfd poll_fd = { .fd = stop_fd, .events = POLLIN };
	return poll(&poll_fd, 1, 0) > 0;
}

void stop_heed(int stop_fd)
{
	struct signalfd_siginfo signal;
	if (read(stop_fd, &signal, sizeof signal) < 0 && errno != EAGAIN)
		fail_errno("signalfd");
}
