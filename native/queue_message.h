/*
 * Messages to the kernel's nfnetlink_queue: a header, the number of a queue, and attributes one after the other, as
 * linux/netfilter/nfnetlink_queue.h has them.
 */
#ifndef QUEUE_MESSAGE_H
#define QUEUE_MESSAGE_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* Has room for each request, and for each answer to one. */
union config_message {
	struct nlmsghdr header;
	uint8_t bytes[256];
};

/* Begins a message of a type (NFQNL_MSG_*) about a queue. The buffer is all 0, and has room for what will be added. */
struct nlmsghdr *nfqlb_message_begin(void *buffer, uint16_t type, uint16_t queue);

/* Adds an attribute (NFQA_*). */
void nfqlb_message_add(struct nlmsghdr *message, uint16_t type, const void *value, size_t length);

/* Adds a number, which the kernel reads in network byte order. */
void nfqlb_message_add_u32(struct nlmsghdr *message, uint16_t type, uint32_t value);

#endif
