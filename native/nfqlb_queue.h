/*
 * One NFQUEUE queue, a batch at a time.
 *
 * Why C at all: every call from C# to native code costs a transition, and one netlink message a packet means several
 * of them. This file crosses the border twice a batch, however many packets it holds: once to receive and once to
 * answer. What a packet means is none of its business; it decides nothing.
 *
 * All functions return a value >= 0 or -errno. One thread at a time may use a queue, save for
 * nfqlb_queue_wake(), nfqlb_queue_has_packets(), nfqlb_queue_port_id(), nfqlb_queue_is_foreign() and
 * nfqlb_queue_read_statistics(), which any thread may call. Numbers are in host byte order throughout.
 *
 * Reading order: the structs below are the whole vocabulary; tests compare their layout with C#'s.
 */
#ifndef NFQLB_QUEUE_H
#define NFQLB_QUEUE_H

#include <stdint.h>

/* Exported from the shared library; everything else in it is hidden. */
#define NFQLB_API __attribute__((visibility("default")))

/* More than this the kernel does not take in one recvmmsg (UIO_MAXIOV). */
#define NFQLB_BATCH_CAPACITY_MAX 1024

struct nfqlb_queue;

/* A packet the kernel holds until it gets a verdict for its id. */
struct nfqlb_packet {
	const uint8_t *payload;   /* from the IP header on; valid until the next receive; never null */
	uint32_t payload_length;  /* bytes at payload: the packet, cut at the copy range; may be 0 */
	uint32_t original_length; /* bytes of the whole packet (NFQA_CAP_LEN) */
	uint32_t id;              /* names the packet in its verdict */
	uint16_t hw_protocol;     /* ETH_P_*, as the link layer had it */
	uint16_t is_gso;          /* 1: several packets of the wire in one, nobody says how many (NFQA_SKB_GSO); else 0 */
	uint32_t mark;            /* the fwmark that it came with (NFQA_MARK); 0 for none */
	uint32_t incoming_link;   /* index of the link that it came in by; 0 for one that this host has made */
};

/* The answer to one packet. */
struct nfqlb_verdict {
	uint32_t id;     /* of the packet */
	uint32_t accept; /* 1: the packet goes on, carrying mark (NF_ACCEPT); 0: it ends here (NF_DROP) */
	uint32_t mark;   /* fwmark; read only when accept is 1 */
};

/* What went wrong since open. None of it ends the queue. */
struct nfqlb_queue_statistics {
	uint64_t overruns;           /* messages lost because the socket had no room, since it was made (SO_MEMINFO) */
	uint64_t skipped_messages;   /* messages that are no packets, or are malformed */
	uint64_t truncated_messages; /* packets whose message was longer than its buffer; handed over cut short */
	uint64_t verdict_errors;     /* packets whose verdicts the kernel refused, such as one it does not hold any more */
};

/*
 * Binds a queue of this network namespace and starts to receive from it.
 *
 * copy_range: bytes of a packet to copy, 1 to 65531. max_length: packets that may wait for a verdict; the kernel drops
 * what exceeds it. batch_capacity: packets in a batch, 1 to NFQLB_BATCH_CAPACITY_MAX.
 *
 * Packets are received whole, not segmented (GSO on), and dropped when the queue is full (fail-open off).
 * -EPERM: another socket has bound the queue (that is what Linux says, not EBUSY), or CAP_NET_ADMIN is missing.
 *
 * In C, as the buffers it fills are laid out for recvmmsg.
 */
NFQLB_API int nfqlb_queue_open(uint16_t number, uint32_t copy_range, uint32_t max_length, uint32_t batch_capacity,
			       struct nfqlb_queue **opened);

/*
 * The same for a socket that another process has bound to the queue and handed on; it is owned by the queue from now
 * on, also when this fails. The socket is left as it is: the other process may still read it.
 *
 * -EPERM: the kernel would refuse the verdicts of this process, as CAP_NET_ADMIN is missing. -EXDEV: the socket is of
 * another network namespace than this process.
 *
 * In C for the same reason.
 */
NFQLB_API int nfqlb_queue_adopt(int descriptor, uint16_t number, uint32_t copy_range, uint32_t batch_capacity,
				struct nfqlb_queue **adopted);

/*
 * Gives the kernel this process's copy range and length for a queue that was adopted, or that comes back from another
 * process, when nobody else reads it any more. A refusal that waits behind packets fails the next receives.
 *
 * In C for the same reason.
 */
NFQLB_API int nfqlb_queue_configure(struct nfqlb_queue *queue, uint32_t copy_range, uint32_t max_length);

/*
 * Has the kernel hand out once more, under new ids, the packets that another reader of the socket took and did not
 * answer: it is gone, and so is what it knew of them. Else they would get the marks of whatever is answered next. Those
 * that wait in the socket are left alone. Call it when nobody else reads, before the first receive.
 *
 * newest: the last id that the kernel had given out a moment before, NULL when that is not known. Without it a packet
 * that comes during the call may be handed out twice, and the first of its verdicts is refused.
 *
 * In C because it makes messages.
 */
NFQLB_API int nfqlb_queue_recall(struct nfqlb_queue *queue, const uint32_t *newest);

/*
 * The netlink port of the socket, by which the kernel's list names the owner of the queue. -errno when the descriptor
 * is none of a queue any more.
 *
 * In C because the socket is private to the queue.
 */
NFQLB_API int nfqlb_queue_port_id(const struct nfqlb_queue *queue, uint32_t *port_id);

/*
 * 1 when the socket is of another network namespace than the calling thread, 0 when it is not, or the kernel (before
 * 5.14) cannot say.
 *
 * In C because the socket is private to the queue.
 */
NFQLB_API int nfqlb_queue_is_foreign(const struct nfqlb_queue *queue);

/*
 * 1 when messages wait in the socket, 0 when none do.
 *
 * In C because the socket stays private to the queue.
 */
NFQLB_API int nfqlb_queue_has_packets(const struct nfqlb_queue *queue);

/*
 * The socket, to hand it on; it stays the queue's to close.
 *
 * In C because the socket is private to the queue otherwise.
 */
NFQLB_API int nfqlb_queue_descriptor(const struct nfqlb_queue *queue);

/*
 * Takes the packets that wait: at most capacity, at most the batch capacity; sleeps until there is one. Gives their
 * count; 0 when only messages that are no packets came, as after nfqlb_queue_wake(). Every packet handed over needs a
 * verdict, malformed or not: the kernel holds it until then. refused: verdict_errors as of now.
 *
 * -EPERM, -ENODEV: the kernel takes nothing from this process, as CAP_NET_ADMIN is missing or the queue is no longer
 * this socket's. It was asked when it had refused a whole batch.
 *
 * One system call a batch, also when packets are few: to ask first whether one waits would delay it.
 *
 * In C because it makes one crossing of a batch: system call, netlink attributes and all.
 */
NFQLB_API int nfqlb_queue_receive(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity,
				  uint64_t *refused);

/*
 * The same without the sleep: -EAGAIN when nothing waits.
 *
 * In C for the same reason.
 */
NFQLB_API int nfqlb_queue_receive_waiting(struct nfqlb_queue *queue, struct nfqlb_packet *packets, uint32_t capacity,
					  uint64_t *refused);

/*
 * From now on the queue takes no packets: what comes goes on without a verdict and without a mark, as if the queue's
 * rule were not there. What waits already still needs its verdict. There is no way back.
 *
 * In C because the socket stays private to the queue.
 */
NFQLB_API int nfqlb_queue_let_pass(const struct nfqlb_queue *queue);

/*
 * Ends the sleep of a receive, or of the next one: the kernel is asked for an acknowledgement, which the receiver gets
 * as a message that is no packet.
 *
 * In C because the socket stays private to the queue.
 */
NFQLB_API int nfqlb_queue_wake(const struct nfqlb_queue *queue);

/*
 * Answers count packets in one system call; at most the batch capacity (-EINVAL). All packets of all earlier receives
 * have been answered, and these come in the order in which they were received. 0 is success. A verdict that the
 * kernel refuses does not hinder the others; it comes back as an error message and is counted by the next receive.
 * -errno means that none of the packets was answered, and the queue is of no further use.
 *
 * In C because it makes one crossing of a batch, and the messages are copied from templates.
 */
NFQLB_API int nfqlb_queue_send_verdicts(struct nfqlb_queue *queue, const struct nfqlb_verdict *verdicts,
					uint32_t count);

/*
 * Copies the counters. Any thread may call it while another receives.
 *
 * In C because the counters are counted here.
 */
NFQLB_API void nfqlb_queue_read_statistics(const struct nfqlb_queue *queue, struct nfqlb_queue_statistics *statistics);

/*
 * Closes the socket; the kernel unbinds the queue with the last descriptor of it and drops what waits. Null is fine.
 *
 * In C because it frees what nfqlb_queue_open() allocated.
 */
NFQLB_API void nfqlb_queue_close(struct nfqlb_queue *queue);

#endif
