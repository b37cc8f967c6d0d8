/*
 * The program in the kernel: decides at the tc ingress of a link what user space would decide, or leaves a packet alone.
 *
 * It parses (parse.bpf.h), finds the flow (find.bpf.h), hashes and looks up the pool's table (target.bpf.h), counts
 * (count.bpf.h), and sets the mark (decide.bpf.h); the packet may then leave by an exit (exit.bpf.h). Whatever it is not
 * made for it leaves as it is; the queue then gets it. So each return in the middle is safe, and only what stands at the
 * end has to be right. It trusts no number it finds in a map (maps.bpf.h): each is bounded before it is used as a place.
 *
 * No loop has more steps than layout.h says. Written for Linux 5.13 and later; loads with CAP_BPF, CAP_NET_ADMIN and,
 * as places are computed, CAP_PERFMON.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "decide.bpf.h"
#include "maps.bpf.h"

/* Every helper used here is open to any licence. */
char LICENSE[] SEC("license") = "Apache-2.0";

SEC("tc")
int fastpath(struct __sk_buff *skb)
{
	return handle(skb);
}

/* For a clsact filter, which outlives the process that made it: without that process there is nowhere to jump to. */
SEC("tc")
int fastpath_while_alive(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &alive, 0);
	return TC_ACT_UNSPEC;
}
