/*
 * For measuring: the program, before which each run makes the packet one of another flow. BPF_PROG_TEST_RUN gives every
 * run the same packet, and what the last one has changed of it stays: so where the walk stands is kept in the packet, and
 * no memory but the program's own is touched.
 *
 * The packet is of TCP and IPv4 without options. Flow i of a walk has the destination first + i and the port i + 1.
 */
#define fastpath fastpath_of_one
#include "program.bpf.c"
#undef fastpath

struct packet {
	struct ethhdr frame;
	__u8 ip[16];
	__be32 destination;
	__be16 source_port;
	__be16 destination_port;
	/* The walk, in what else is a header of TCP. */
	__u32 flows; /* 1 to 65535 */
	__u32 at;
	__u32 first;
} __attribute__((packed));

SEC("tc")
int fastpath(struct __sk_buff *skb)
{
	struct packet *packet = (void *)(long)skb->data;
	__u32 flow;

	if ((void *)(packet + 1) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	/* At random, as the traffic of many clients is (Knuth, The Art of Computer Programming 2, section 3.3.4). */
	packet->at = packet->at * 1664525 + 1013904223;
	flow = (__u64)packet->at * packet->flows >> 32;
	packet->destination = bpf_htonl(packet->first + flow);
	packet->destination_port = bpf_htons(flow + 1);
	skb->mark = 0;
	skb->priority = 0;
	return handle(skb);
}
