/* One NFQUEUE queue over plain netlink: what the two loops that nfqlb is measured against have in common.
 *
 * Nothing of nfqlb's own code is used here: a slow shim would slow its yardstick down with it. But the queue is opened
 * just as nfqlb opens its own (native/nfqlb_queue.c): the same socket options, copy range, length and flags. */
#pragma once

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	COPY_RANGE_BYTES = 256,  /* of each packet, as `nfqlb flowlb` asks for */
	QUEUE_LENGTH = 1024,     /* packets that may wait, nfqlb's default */
	MESSAGE_BYTES = 768,     /* room for one packet message */
};

/* An NF_ACCEPT with a mark as it goes out. Numbers are big-endian inside. */
struct verdict {
	struct nlmsghdr header;
	struct nfgenmsg family;
	struct nlattr verdict_header;
	struct nfqnl_msg_verdict_hdr verdict;
	struct nlattr mark_header;
	uint32_t mark;
};

/* Binds the queue and starts to receive from it; ends the program if that fails. Returns the socket. */
int queue_open(uint16_t number);

/* The id of the packet that a message announces, as it goes into the verdict; false for any other message. */
bool queue_packet_id(const void *message, size_t length, uint32_t *id);

/* A verdict that lacks only id and mark. */
struct verdict queue_verdict(uint16_t number);
