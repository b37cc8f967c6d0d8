#!/bin/bash
# Records what ip(8) says to the kernel and hears from it, in a network namespace of its own; prints ip.txt.
# Usage: unshare -n tests/data/netlink/record.sh > tests/data/netlink/ip.txt
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -shared -fPIC -o "$work/record.so" "$here/record.c" -ldl

record() { # a command; as comments the text it printed; its datagrams without look-ups of links by their names
	rm -f "$work/datagrams"
	echo "\$ $*"
	LD_PRELOAD="$work/record.so" NETLINK_RECORD="$work/datagrams" "$@" > "$work/text"
	sed 's/ *$//; s/^/# /' "$work/text"
	[ "$2" = link ] || sed -i '/^> ........1200/d; /^< ........1000/d' "$work/datagrams"
	cat "$work/datagrams"
}

echo "# $(ip -V), Linux $(uname -r | cut -d- -f1); by record.sh"
ip link set lo up
ip link add lb0 index 4 address 02:00:00:00:00:04 type veth peer name lb1 index 5 address 02:00:00:00:00:05
ip link set lb1 up
ip link set lb0 up mtu 1400
ip address add 172.16.1.1/24 dev lb0
ip address add 172.16.2.1 peer 172.16.2.2/32 dev lb0
ip -6 address flush dev lb1
ip -6 address flush dev lb0
ip -6 address add fd00::1/64 dev lb0 nodad

record ip rule add priority 100 fwmark 0x65 lookup 101 protocol 78
record ip rule add priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78
record ip -6 rule add priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78
record ip rule add priority 200 from 10.0.0.0/24 lookup 4096 protocol 78
record ip -6 rule add priority 200 from 2001:db8::/32 to fd00::/8 lookup 4096 protocol 78
record ip rule add not priority 300 fwmark 0x0/0xff00 goto 400 protocol 78
record ip rule add priority 400 nop protocol 78
record ip -6 rule add priority 500 from 2001:db8::1/128 iif lb0 unreachable protocol 78
record ip rule add priority 500 from 10.0.0.1/32 blackhole protocol 78
ip rule add priority 600 fwmark 0x7 ipproto tcp dport 80 lookup 7
ip rule add priority 601 lookup main suppress_prefixlength 0
ip rule add priority 602 tos 0x10 prohibit
record ip rule show
record ip -6 rule show
record ip rule del priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78
record ip -6 rule del priority 200 from 2001:db8::/32 to fd00::/8 lookup 4096 protocol 78

record ip route add default via 172.16.1.6 table 101 protocol 78 dev lb0
record ip route add unreachable default table 101 metric 4278198272 protocol 78
record ip route add 10.1.0.0/16 via 192.0.2.1 table 1001 metric 7 onlink protocol 78 dev lb0
record ip route add 10.2.0.0/16 table 1001 src 172.16.1.1 protocol 78 dev lb0
record ip route add 10.3.0.0/16 via inet6 fd00::6 table 1001 protocol 78 dev lb0
record ip route replace blackhole 10.4.0.0/16 table 1001 protocol 78
record ip -6 route add default via fd00::6 table 1001 metric 1024 protocol 78 dev lb0
record ip -6 route replace unreachable default table 1001 metric 4278198272 protocol 78
ip route add 10.5.0.0/16 table 1001 nexthop via 172.16.1.7 weight 2 nexthop via 172.16.1.8
ip route add 10.6.0.0/16 via 172.16.1.6 table 1001 mtu 1300
ip nexthop add id 9 via 172.16.1.9 dev lb0
ip route add 10.7.0.0/16 table 1001 nhid 9
ip -6 route add fd01::/64 table 1001 nexthop via fd00::7 nexthop via fd00::8
ip -6 route add fd02::/64 table 1001 via fd00::7 expires 600
record ip route show table 101
record ip route show table 1001
record ip -6 route show table 1001
record ip route del unicast default via 172.16.1.6 table 101 protocol 78 dev lb0
record ip route del unreachable default table 101 metric 4278198272 protocol 78
record ip -6 route del unicast default via fd00::6 table 1001 metric 1024 protocol 78 dev lb0

ip neigh add 172.16.1.6 lladdr 02:00:00:00:00:06 dev lb0 nud permanent
ip neigh add 172.16.1.7 dev lb0 nud failed
ip -6 neigh add fd00::6 lladdr 02:00:00:00:00:06 dev lb0 nud stale
record ip neigh show nud all
record ip -6 neigh show nud all
record ip link show
record ip address show
echo 1 > /proc/sys/net/ipv4/ip_forward
record ip route get 172.16.1.77 mark 0x60
record ip route get 172.16.2.2 from 172.16.1.99 iif lb0 mark 0x60
record ip -6 route get fd00::77 mark 0x5
