/*
 * The way out by itself: a packet whose target has one plain next hop goes to that link without netfilter and routing.
 *
 * What forwarding would do to it is done here: hop limit and checksum. What forwarding would refuse, or break up, is left
 * to it, and so is everything that user space knows no exit for.
 */
#ifndef NFQLB_FASTPATH_EXIT_H
#define NFQLB_FASTPATH_EXIT_H

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "maps.bpf.h"

#define AF_INET 2
#define AF_INET6 10

WORD_MAP(exits, 2 * FASTPATH_TARGETS_MAX * FASTPATH_EXIT_WORDS);

struct exit {
	__u32 link;
	__u32 mtu;
	struct bpf_redir_neigh hop;
};

/* What is decided about a packet. */
struct verdict {
	__u32 mark;
	__u32 target;   /* its place among the counts */
	__u32 length;   /* bytes from the IP header on */
	__u32 protocol; /* FASTPATH_TCP, ... */
};

/* In one piece: its number is read before and after. False where the target has none, or the record is another mark's. */
static __always_inline int find_exit(const struct verdict *verdict, __u32 is_ipv6, struct exit *exit)
{
	const __u32 *record = words_of(&exits);
	__u32 place = (verdict->target * 2 + is_ipv6) * FASTPATH_EXIT_WORDS;
	__u32 number;

	if (!record)
		return 0;
	place &= 2 * FASTPATH_TARGETS_MAX * FASTPATH_EXIT_WORDS - FASTPATH_EXIT_WORDS;
	OPAQUE(place);
	record += place & (2 * FASTPATH_TARGETS_MAX * FASTPATH_EXIT_WORDS - FASTPATH_EXIT_WORDS);
	number = word_now(record + FASTPATH_EXIT_NUMBER);
	if (!number || record[FASTPATH_EXIT_MARK] != verdict->mark)
		return 0;
	exit->link = record[FASTPATH_EXIT_LINK];
	exit->mtu = record[FASTPATH_EXIT_MTU];
	exit->hop.nh_family = is_ipv6 ? AF_INET6 : AF_INET;
	for (int i = 0; i < 4; i++)
		exit->hop.ipv6_nh[i] = record[FASTPATH_EXIT_HOP + i]; /* that of IPv4 stands first */
	return word_now(record + FASTPATH_EXIT_NUMBER) == number;
}

/* Whether forwarding would send it whole; of packets that the link has put together, each of them. */
static __always_inline int fits(struct __sk_buff *skb, const struct verdict *verdict, __u32 header, __u32 mtu)
{
	__u8 words;

	if (verdict->length <= mtu)
		return 1;
	if (!skb->gso_size || verdict->protocol == FASTPATH_SCTP)
		return 0;
	if (verdict->protocol == FASTPATH_UDP)
		return header + 8 + skb->gso_size <= mtu;
	if (bpf_skb_load_bytes_relative(skb, header + 12, &words, sizeof(words), BPF_HDR_START_NET))
		return 0;
	return header + (words >> 4) * 4 + skb->gso_size <= mtu;
}

/* RFC 791 section 3.2, RFC 1141: one hop less, in the word that holds the protocol too. Only Ethernet comes here. */
static __always_inline int count_hop_ipv4(struct __sk_buff *skb)
{
	const __u32 at = ETH_HLEN + 8;
	__be16 before, after;

	if (bpf_skb_load_bytes(skb, at, &before, sizeof(before)) || bpf_ntohs(before) >> 8 <= 1)
		return 0;
	after = before - bpf_htons(0x100);
	/* The checksum first: it makes all of the header writable, so that the store cannot fail. */
	return !bpf_l3_csum_replace(skb, at + 2, before, after, sizeof(after))
		&& !bpf_skb_store_bytes(skb, at, &after, sizeof(after), 0);
}

static __always_inline int count_hop_ipv6(struct __sk_buff *skb)
{
	const __u32 at = ETH_HLEN + 7;
	__u8 hops;

	if (bpf_skb_load_bytes(skb, at, &hops, sizeof(hops)) || hops <= 1)
		return 0;
	hops--;
	return !bpf_skb_store_bytes(skb, at, &hops, sizeof(hops), BPF_F_RECOMPUTE_CSUM);
}

/*
 * TC_ACT_REDIRECT when it goes by itself; else TC_ACT_UNSPEC, and nothing was changed. Allowed are packets of IPv4 by the
 * lowest bit, and of IPv6 by one FASTPATH_LINKS_MAX above.
 */
static __always_inline int leave_by_exit(struct __sk_buff *skb, const struct verdict *verdict, __u32 allowed)
{
	const __u32 is_ipv6 = skb->protocol == bpf_htons(ETH_P_IPV6);
	struct exit exit;

	if (!(allowed >> (is_ipv6 ? FASTPATH_LINKS_MAX : 0) & 1))
		return TC_ACT_UNSPEC;
	if (!find_exit(verdict, is_ipv6, &exit) || !fits(skb, verdict, is_ipv6 ? 40 : 20, exit.mtu))
		return TC_ACT_UNSPEC;
	if (!(is_ipv6 ? count_hop_ipv6(skb) : count_hop_ipv4(skb)))
		return TC_ACT_UNSPEC;
	return bpf_redirect_neigh(exit.link, &exit.hop, sizeof(exit.hop), 0);
}

#endif
