#pragma once

/* What `ask` and `serve` say to each other, over UDP (a datagram each) and TCP (a line each):
 *
 *     ask    FLOW.SEQUENCE\n
 *     serve  NAME FLOW.SEQUENCE\n
 *
 * The server gives back what it got, so that the asker can tell which request was answered.
 *
 * And what `transfer` and `serve` say, over TCP, where BYTES bytes of the pattern follow a line:
 *
 *     transfer  get BYTES\n
 *     serve     NAME get BYTES\n  and the bytes
 *
 *     transfer  put BYTES\n  and the bytes
 *     serve     NAME put BYTES\n  when all have come and were right; else it resets the connection
 */
enum {
	EXCHANGE_NAME_MAX = 32,
	EXCHANGE_REQUEST_MAX = 256, /* with its newline */
	EXCHANGE_ANSWER_MAX = EXCHANGE_NAME_MAX + 1 + EXCHANGE_REQUEST_MAX,
};
