/*
 * What a queue consists of, for the files of the shim that work on it: queue_setup.c opens, adopts and configures it,
 * nfqlb_queue.c takes packets and answers them, queue_answers.c reads what the kernel says beside packets.
 */
#ifndef QUEUE_STATE_H
#define QUEUE_STATE_H

#include "nfqlb_queue.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

/*
 * Sequence numbers say what a message was when the kernel answers it. A process that has handed on its socket may leave
 * answers to its own messages behind, so what this one asks for itself has a number of its own (own_sequence).
 */
#define SEQUENCE_BIND 1
#define SEQUENCE_WAKE 3
#define SEQUENCE_RECALL 4
#define SEQUENCE_OWN (1u << 31)

/*
 * A verdict message says for how many packets it is, and the first one of a datagram how many are in all of it: that
 * is what a refusal costs. Processes of earlier versions send 0.
 */
#define SEQUENCE_VERDICT (1u << 30)
#define SEQUENCE_COUNT_BITS 11

/* A verdict message as it goes out; the templates are filled at open. */
struct verdict_message {
	struct nlmsghdr header;
	struct nfgenmsg family;
	struct nlattr verdict_header;
	struct nfqnl_msg_verdict_hdr verdict;
	struct nlattr mark_header; /* only on accept */
	uint32_t mark;             /* big-endian */
};

#define MARKLESS_MESSAGE_SIZE offsetof(struct verdict_message, mark_header)

struct nfqlb_queue {
	int fd;
	uint16_t number;
	uint32_t own_sequence;           /* drawn at random: of the messages that this process wants answered */
	bool is_in_doubt;                /* a whole batch was refused; whether this process is meant is being asked */
	int failure;                     /* -errno once it is: the kernel takes nothing from this process */
	uint32_t batch_capacity;
	size_t message_stride;
	uint8_t *messages;               /* batch_capacity buffers, message_stride apart */
	struct mmsghdr *headers;         /* for recvmmsg; each points to its buffer for good */
	struct iovec *vectors;
	struct verdict_message accept;
	struct verdict_message drop;
	struct verdict_message repeat;
	uint8_t *answer;                 /* the verdicts of a batch, one message after the other */
	struct nfqlb_queue_statistics statistics;
};

/* The reader of a counter is another thread; the writer is one, so load and store are enough. */
static inline void nfqlb_count(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

/* Takes what recvmmsg or recv put in a buffer and is no packet: counts it, and notes what it says of this process. */
void nfqlb_take_answer(struct nfqlb_queue *queue, const uint8_t *message, size_t length);

/* Has the kernel answer, among the packets, whether it takes anything from this process. 0 or -errno. */
int nfqlb_queue_ask(const struct nfqlb_queue *queue);

/* The error of an answer to a message of this sequence; 1 when it is something else. */
int nfqlb_error_in_answer(const void *message, size_t length, uint32_t sequence);

#endif
