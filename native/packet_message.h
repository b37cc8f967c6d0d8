/* Reads one message of nfnetlink_queue. No system calls, no state: tests feed it bytes of every kind. */
#ifndef PACKET_MESSAGE_H
#define PACKET_MESSAGE_H

#include "nfqlb_queue.h"

#include <stddef.h>

/* What a message turned out to be. */
enum nfqlb_message_kind {
	NFQLB_MESSAGE_PACKET, /* a packet that waits for its verdict */
	NFQLB_MESSAGE_ERROR,  /* the kernel refused something we sent */
	NFQLB_MESSAGE_OTHER,  /* anything else, and whatever is malformed */
};

/*
 * Parses a datagram of length bytes, aligned to 4. The kernel puts one message in each; its nlmsg_len may exceed
 * the datagram when that was truncated, and need not be a multiple of 4. The packet is valid only for
 * NFQLB_MESSAGE_PACKET, and its payload lies within the datagram then. One without NFQA_PAYLOAD has an empty payload,
 * one whose payload exceeds the datagram has it cut: it has an id, so the kernel waits for its verdict.
 *
 * In C because it is the inner loop of nfqlb_queue_receive(); it is exported for the tests alone.
 */
NFQLB_API enum nfqlb_message_kind nfqlb_message_parse(const uint8_t *datagram, size_t length,
						      struct nfqlb_packet *packet);

#endif
