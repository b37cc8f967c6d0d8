// What checks over TCP cost the kernel alone: the system calls of a check, one after the other, and no more.
//
//   bench-connects ADDRESS PORT FIRST-MARK TARGETS SECONDS
//
// Each second a connection with each of TARGETS marks, in groups every 50 ms as `serve` makes them, closed by a reset
// when it is there. Prints the CPU time of the process, in per cent of a core.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GROUPS_A_SECOND = 20, PATIENCE_MS = 500, EVENTS = 256 };

static long long now(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void sleep_until(long long at)
{
	struct timespec time = {at / 1000000000LL, at % 1000000000LL};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static int begin(int epoll, const struct sockaddr_in *to, int mark)
{
	struct linger reset = {1, 0};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event event = {.events = EPOLLOUT, .data.fd = s};
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0)
		return 0;
	setsockopt(s, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (connect(s, (const struct sockaddr *)to, sizeof *to) != 0 && errno != EINPROGRESS) {
		close(s);
		return 0;
	}
	return epoll_ctl(epoll, EPOLL_CTL_ADD, s, &event) == 0;
}

static int finish(int epoll, int open)
{
	int failed = 0;
	while (open > 0) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(epoll, events, EVENTS, PATIENCE_MS);
		if (count <= 0)
			return failed + open;
		for (int i = 0; i < count; i++, open--) {
			int error = 0;
			socklen_t length = sizeof error;
			getsockopt(events[i].data.fd, SOL_SOCKET, SO_ERROR, &error, &length);
			failed += error != 0;
			close(events[i].data.fd);
		}
	}
	return failed;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	if (argc != 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: %s ADDRESS PORT FIRST-MARK TARGETS SECONDS\n", argv[0]);
		return 2;
	}
	to.sin_port = htons((unsigned short)atoi(argv[2]));
	int first = atoi(argv[3]), targets = atoi(argv[4]), groups = atoi(argv[5]) * GROUPS_A_SECOND;
	int epoll = epoll_create1(EPOLL_CLOEXEC), failed = 0, next = 0;
	long long began = now(CLOCK_MONOTONIC);
	for (int i = 1; i <= groups; i++) {
		int open = 0;
		for (; next < (long long)targets * i / GROUPS_A_SECOND; next++) {
			int has_begun = begin(epoll, &to, first + next % targets);
			open += has_begun;
			failed += !has_begun;
		}
		failed += finish(epoll, open);
		sleep_until(began + i * (1000000000LL / GROUPS_A_SECOND));
	}
	double share = 100.0 * now(CLOCK_PROCESS_CPUTIME_ID) / (now(CLOCK_MONOTONIC) - began);
	if (failed > 0)
		fprintf(stderr, "%s: %d connections failed\n", argv[0], failed);
	printf("%.2f\n", share);
	return failed > 0;
}
