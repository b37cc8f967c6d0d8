/*
 * What user space and the program in the kernel share: where things stand in the maps.
 *
 * Everything is an array of 32-bit words in host byte order, named by its place, so that the program, which walks it,
 * and the compiler in C#, which writes it, use the same words. Tests compare each number with C#'s.
 *
 * Reading order: control, image (slots, directories, rules), pools, exits, counts.
 */
#ifndef NFQLB_FASTPATH_LAYOUT_H
#define NFQLB_FASTPATH_LAYOUT_H

/*
 * Control: one element, whose first eight bytes say which image is in force.
 *
 * A publication is a number that counts up; its lowest bit names the side. FASTPATH_SUSPENDED beside it, or 0, leaves
 * every packet to the queue. Whoever decides by an image reads the publication before and after: when it has moved, the
 * image may have been half another one, and the packet is left to the queue.
 */
#define FASTPATH_CONTROL_PUBLICATION 0 /* 8 bytes */
#define FASTPATH_CONTROL_MARK_MASK 2   /* bits of a mark that are ours; the others stay */
#define FASTPATH_CONTROL_SCTP_PORTS 3  /* 1: SCTP is hashed by its ports alone */
#define FASTPATH_CONTROL_LINKS 4       /* index of each link packets are counted by; 0 for none */
#define FASTPATH_CONTROL_EXITS 12      /* by link a bit for IPv4, then one for IPv6: may leave by an exit */
#define FASTPATH_CONTROL_ETHERNET 13   /* by link a bit: it is Ethernet */
#define FASTPATH_CONTROL_WORDS 16
#define FASTPATH_SUSPENDED (1ULL << 62)

#define FASTPATH_LINKS_MAX 8

/*
 * The priority (skb->priority) that a decided packet carries beside its mark, by which the rules in front of the queues
 * know it: "nfq" and a zero, which qdiscs take for no priority. Routing sets an IPv4 packet's anew.
 */
#define FASTPATH_PRIORITY 0x6e667100

/*
 * Image: the flows in force, two sides. A place is counted in words from the begin of its side.
 */
#define FASTPATH_IMAGE_WORDS (1 << 20) /* a side; 4 MiB */

/* The head of a side. The table of destinations begins at a multiple of FASTPATH_SLOT_WORDS. */
#define FASTPATH_HEAD_SLOTS 0   /* place of the table */
#define FASTPATH_HEAD_MASK 1    /* number of slots - 1; a power of two less one */
#define FASTPATH_HEAD_SEED 2    /* 8 bytes: of the hash of destinations */
#define FASTPATH_HEAD_LENGTHS 4 /* different prefix lengths, longest first */
#define FASTPATH_HEAD_LENGTH 5  /* the first of them */
#define FASTPATH_HEAD_WORDS 16

#define FASTPATH_LENGTHS_MAX 8 /* different prefix lengths */
#define FASTPATH_PROBES_MAX 8  /* slots from where a destination should stand to where it does */

/*
 * A slot, half a line of the cache: a destination prefix, and the flow of its packets that are of some protocols and for
 * some ports. What all others come to stands elsewhere. All 0: nobody stands here.
 */
#define FASTPATH_SLOT_HIGH 0   /* 8 bytes: first half of the address */
#define FASTPATH_SLOT_LOW 2    /* 8 bytes: second half */
#define FASTPATH_SLOT_LENGTH 4 /* of the prefix, FASTPATH_SLOT_USED, and protocols */
#define FASTPATH_SLOT_PORTS 5  /* first | last << 16 */
#define FASTPATH_SLOT_END 6    /* what they come to: a flow, or 0 for none */
#define FASTPATH_SLOT_OTHERS 7 /* place of FASTPATH_SERVICES_WORDS: by protocol what the others come to; 0 for nothing */
#define FASTPATH_SLOT_WORDS 8
#define FASTPATH_SLOT_USED 0x100
#define FASTPATH_SLOT_FOR_PROTOCOL 0x10000 /* << FASTPATH_TCP, ... */

#define FASTPATH_SERVICES_WORDS 4

/* Which of the three a protocol is. */
#define FASTPATH_TCP 0
#define FASTPATH_UDP 1
#define FASTPATH_SCTP 2
#define FASTPATH_PROTOCOLS 3

/*
 * What packets come to: a flow, where all of them are that flow's; else the place of a list, or with FASTPATH_DIRECTORY
 * of a directory; or 0: none, as far as is known here. A directory has the place of a page for the upper eight bits of
 * the destination port; a page says for the lower eight what they come to, which is no directory.
 */
#define FASTPATH_FLOW 0x40000000 /* its pool and its counter, as they are in a rule */
#define FASTPATH_FLOW_POOL_SHIFT 14
#define FASTPATH_DIRECTORY 0x80000000
#define FASTPATH_DIRECTORY_WORDS 256

/* A rule; its list goes on behind it unless it is the last. The fields are all its conditions. */
#define FASTPATH_RULE_SOURCE_HIGH 0       /* 8 bytes: first half of the block's address */
#define FASTPATH_RULE_SOURCE_LOW 2        /* 8 bytes: second half */
#define FASTPATH_RULE_DESTINATION_HIGH 4  /* 8 bytes */
#define FASTPATH_RULE_DESTINATION_LOW 6   /* 8 bytes */
#define FASTPATH_RULE_SOURCE_LENGTH 8
#define FASTPATH_RULE_DESTINATION_LENGTH 9
#define FASTPATH_RULE_DESTINATION_PORTS 10 /* first | last << 16 */
#define FASTPATH_RULE_SOURCE_PORTS 11      /* first | last << 16 */
#define FASTPATH_RULE_FLAGS 12             /* FASTPATH_RULE_*, below */
#define FASTPATH_RULE_POOL 13              /* which pool, 0 to FASTPATH_POOLS_MAX - 1 */
#define FASTPATH_RULE_COUNTER 14           /* which flow's count, 0 to FASTPATH_FLOWS_MAX - 1 */
#define FASTPATH_RULE_WORDS 16

#define FASTPATH_RULE_FOR_PROTOCOL 0x01 /* << FASTPATH_TCP, ...: packets of this protocol */
#define FASTPATH_RULE_ASK 0x08          /* whoever passes this rule is left to the queue */
#define FASTPATH_RULE_LAST 0x10         /* of its list */

#define FASTPATH_RULES_MAX 8 /* in a list */

/*
 * Pools: heads, then tables. A generation that is 0 stands for none; its lowest bit names the side in force, and it is
 * read before and after, as a publication is.
 */
#define FASTPATH_POOLS_MAX 1024
#define FASTPATH_POOL_GENERATION 0 /* 8 bytes */
#define FASTPATH_POOL_ENTRIES 2    /* M: entries of 16 bits, two a word, lower half first; each a slot */
#define FASTPATH_POOL_SLOTS 3      /* N: marks of 32 bits; -1 where there is no target */
#define FASTPATH_POOL_SIDES 4      /* of each side the places of its entries and of its marks, in words */
#define FASTPATH_POOL_TARGETS 8    /* the count of the target in slot 0; others follow */
#define FASTPATH_POOL_WORDS 16
#define FASTPATH_DRAINS 0xfffe /* in place of a slot, of which none is so high: the queue knows where it leads */
#define FASTPATH_TABLE_WORDS (1 << 21) /* all of it: heads and tables; 8 MiB */

/*
 * Exits: where packets of a target go, of IPv4 and of IPv6, by its place among the counts. A number that is 0 stands for
 * none; it is another one with each change, and is read before and after.
 */
#define FASTPATH_EXIT_NUMBER 0
#define FASTPATH_EXIT_MARK 1 /* of the target that it is for */
#define FASTPATH_EXIT_LINK 2 /* index */
#define FASTPATH_EXIT_MTU 3  /* bytes from the IP header on */
#define FASTPATH_EXIT_HOP 4  /* 16 bytes, as they stand in a packet; an IPv4 address in the first four */
#define FASTPATH_EXIT_WORDS 8

/* Counts, 8 bytes each, a row for each processor. */
#define FASTPATH_FLOWS_MAX (1 << 14)
#define FASTPATH_TARGETS_MAX (1 << 14) /* of each target packets, then bytes */

/* What became of a packet: decided here, or why it was left to the queue. Counted by link, a row for each processor. */
#define FASTPATH_DECIDED 0
#define FASTPATH_LEFT_SUSPENDED 1   /* no image in force, or somebody watches */
#define FASTPATH_LEFT_NOT_OURS 2    /* no IP, a VLAN of its own, for another host, or IPv4 within IPv6 */
#define FASTPATH_LEFT_MARKED 3      /* it has a mark or a priority already */
#define FASTPATH_LEFT_FRAGMENT 4    /* of IPv4; those of IPv6 are extensions */
#define FASTPATH_LEFT_EXTENDED 5    /* IPv4 options */
#define FASTPATH_LEFT_PROTOCOL 6    /* neither TCP, UDP nor SCTP: ICMP, IPv6 extension headers, others */
#define FASTPATH_LEFT_SHORT 7       /* ends before its ports, or lies about its length */
#define FASTPATH_LEFT_FLOW 8        /* no virtual IP, no flow, or one that only user space can judge may accept it */
#define FASTPATH_LEFT_POOL 9        /* its pool has no target, or no table here */
#define FASTPATH_LEFT_CHANGING 10   /* flows or its pool were just changed */
#define FASTPATH_LEFT_DRAINING 11   /* its connection may stay with a target that the table names no more */
#define FASTPATH_REDIRECTED 12      /* decided here, and sent to its target's link */
#define FASTPATH_OUTCOMES 16        /* room for more */

#endif
