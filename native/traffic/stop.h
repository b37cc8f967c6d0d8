#pragma once

#include <stdbool.h>

/* SIGTERM and SIGINT as a readable descriptor, so that they never interrupt half-done work. */

/* Blocks both signals and returns the descriptor that tells of them. */
int stop_open(void);

/* Whether one has arrived; stays true. */
bool stop_requested(int stop_fd);

/* Takes note of one that has arrived: from now on it takes another. */
void stop_heed(int stop_fd);
