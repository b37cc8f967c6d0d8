#include "loops.h"

#include "queue.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUES_MAX = 64 };

struct worker {
	pthread_t thread;
	int fd;
	uint16_t queue;
	struct marks marks;
	loop *run;
};

struct options {
	unsigned queue_first, queue_last;
	struct marks marks;
};

/* FIRST, or FIRST and LAST with the separator between them. */
static void parse_range(const char *text, char separator, unsigned *first, unsigned *last)
{
	char between = separator;
	char rest;
	int fields = sscanf(text, "%u%c%u%c", first, &between, last, &rest);
	if (fields == 1)
		*last = *first;
	if ((fields != 1 && fields != 3) || between != separator || *last < *first)
		errx(2, "\"%s\" is neither a number nor a range", text);
}

static struct options parse_options(char **arguments)
{
	struct options options = { .marks = { 1, 1, 1 } };
	while (*++arguments) {
		if (!strncmp(*arguments, "--queue=", 8))
			parse_range(*arguments + 8, ':', &options.queue_first, &options.queue_last);
		else if (!strncmp(*arguments, "--mark=", 7))
			parse_range(*arguments + 7, '-', &options.marks.first, &options.marks.last);
		else
			errx(2, "usage: [--queue=FIRST[:LAST]] [--mark=FIRST[-LAST]]");
	}
	if (options.queue_last > UINT16_MAX || options.queue_last - options.queue_first >= QUEUES_MAX)
		errx(2, "queues are 0 to 65535, at most %d of them", QUEUES_MAX);
	options.marks.next = options.marks.first;
	return options;
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	worker->run(worker->fd, worker->queue, worker->marks);
	return NULL;
}

int loops_run(char **arguments, loop *run)
{
	struct options options = parse_options(arguments);
	unsigned count = options.queue_last - options.queue_first + 1;
	struct worker workers[QUEUES_MAX];
	for (unsigned i = 0; i < count; i++) {
		uint16_t queue = (uint16_t)(options.queue_first + i);
		workers[i] = (struct worker){
			.fd = queue_open(queue), .queue = queue, .marks = options.marks, .run = run,
		};
	}
	for (unsigned i = 0; i < count; i++)
		if ((errno = pthread_create(&workers[i].thread, NULL, run_worker, &workers[i])))
			err(EXIT_FAILURE, "thread");
	for (unsigned i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
	return EXIT_FAILURE; /* loops do not end */
}
