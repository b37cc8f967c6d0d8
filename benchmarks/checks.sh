#!/usr/bin/env bash
# What checks of 1,000 targets cost, and when 300 that die at once are out: `make checks-bench` runs this.
#
#   TARGETS=1000 DYING=300      how many
#   CHECK='type: tcp, port: 80, interval: 1s'
#   ROUNDS=5 SECONDS_EACH=4     rates with and without checks, in turn, and how long each
#
# A balancer with `serve` between a client and two hosts with all the targets, as network namespaces. It ends with 1
# where a figure is not kept: 3 % of a core, 2 % of the rate, interval x fall + 1 s. However it ends, the kernel takes
# everything away with the first process in there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
((EUID == 0)) || { echo "$0: root is needed, for namespaces and queues" >&2; exit 1; }
if [ "${1:-}" != inside ]; then
	exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" inside
fi
mount -t tmpfs bench /run
mkdir /run/netns
mount -t tmpfs bench /dev/shm

targets=${TARGETS:-1000} dying=${DYING:-300} rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-4} fall=3
check=${CHECK:-type: tcp, port: 80, interval: 1s}
nfqlb=$root/out/nfqlb traffic=$root/out/traffic
vip=203.0.113.1 most_cpu=3.0 most_slower=2.0 most_ms=4000 mac_a=02:00:00:00:00:0a mac_b=02:00:00:00:00:0b
failed=0

judge() { # WHAT FIGURE UNIT MOST
	local verdict=kept
	awk -v a="$2" -v b="$4" 'BEGIN {exit !(a > b)}' && verdict="NOT KEPT" failed=1
	printf '%-46s %8s %s, at most %s: %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

address() { echo "10.$((1 + ($1 < dying))).$(($1 / 250)).$((1 + $1 % 250))"; }

document() { # CHECK
	local i
	echo "vips: [$vip]"
	echo "flows: [{name: all, target: web, dsts: [$vip/32]}]"
	echo "pools:"
	echo "  - name: web"
	echo "    N: $targets"
	[ -z "$1" ] || echo "    check: {$1, fall: $fall}"
	echo "    targets:"
	for ((i = 0; i < targets; i++)); do
		echo "      - {slot: $i, mark: $((i + 1001)), via: $(address $i)}"
	done
}

in_force() { # CHECK
	document "$1" >/dev/shm/lb.yaml.tmp
	mv /dev/shm/lb.yaml.tmp /dev/shm/lb.yaml
	sleep 3
}

cpu_ns() { cat /proc/"$serve"/task/*/schedstat | awk '{sum += $1} END {printf "%.0f", sum}'; }

packets() { # that the link to the targets has sent
	local a b
	a=$(cat /sys/class/net/to-a/statistics/tx_packets) b=$(cat /sys/class/net/to-b/statistics/tx_packets)
	echo $((a + b))
}

rate() { # of packets that leave for targets, as many as go
	"$traffic" inject --dst=$vip --dport=1000-2000 --flows=1000 --seconds=$((seconds + 1)) --dev=c0 \
		--mac="$(cat /sys/class/net/c/address)" >/dev/null &
	local sender=$! before
	sleep 0.5
	before=$(packets)
	sleep "$seconds"
	echo $((($(packets) - before) / seconds))
	wait "$sender"
}

median() { sort -n | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'; }

# The balancer is here; the client's link too, by whose other end packets come in.
mount -t sysfs bench /sys
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
ip link set lo up
ip link add name c type veth peer name c0
ip addr add 198.18.0.1/15 dev c
ip link set c up
ip link set c0 up
for host in a b; do
	ip netns add $host
	mac=mac_$host
	ip link add name to-$host type veth peer name uplink address ${!mac} netns $host
	ip -n $host addr add $vip/32 dev lo
	ip -n $host link set lo up
	ip -n $host link set uplink up
	ip link set to-$host up
done
ip addr add 10.1.255.1/16 dev to-a
ip addr add 10.2.255.1/16 dev to-b
ip -n a addr add 10.1.255.2/16 dev uplink
ip -n b addr add 10.2.255.2/16 dev uplink
for ((i = 0; i < targets; i++)); do
	if ((i < dying)); then
		echo "neigh add $(address $i) lladdr $mac_b dev to-b nud permanent"
	else
		echo "neigh add $(address $i) lladdr $mac_a dev to-a nud permanent"
	fi
done | ip -batch -
for host in a b; do
	# Its answer to a made-up client is not needed, and would have to be carried.
	ip -n $host route add 198.18.0.0/15 dev lo
	ip netns exec $host "$traffic" serve --name=$host --port=80 >/dev/null &
done

document "$check" >/dev/shm/lb.yaml
"$nfqlb" serve --config=/dev/shm/lb.yaml --queue=0:3 2>/dev/shm/serve.log &
serve=$!
good() { "$nfqlb" show --shm=web --output=json 2>/dev/null | grep -c '"health": "good"' || true; }
for ((i = 0; $(good) < targets; i++)); do
	((i < 40)) || { cat /dev/shm/serve.log >&2; "$nfqlb" target-list | head -5 >&2; exit 1; }
	sleep 0.5
done
echo "$targets targets, {$check}"

before=$(cpu_ns)
sleep 10
with=$(($(cpu_ns) - before))
in_force ""
before=$(cpu_ns)
sleep 10
without=$(($(cpu_ns) - before))
share=$(awk -v d=$((with - without)) 'BEGIN {printf "%.2f", d / 1e8}')
judge "CPU time of the process for checks alone" "$share" "% of a core" $most_cpu
printf '%-46s %8s %% of a core\n' "The system calls alone, in C" \
	"$("$root/out/bench-connects" $vip 80 1001 "$targets" 10)"

: >/dev/shm/with
: >/dev/shm/without
for ((i = 0; i < rounds; i++)); do
	in_force "$check"
	rate >>/dev/shm/with
	in_force ""
	rate >>/dev/shm/without
done
a=$(median </dev/shm/without) b=$(median </dev/shm/with)
echo "packets a second, without checks: $(tr '\n' ' ' </dev/shm/without); with: $(tr '\n' ' ' </dev/shm/with)"
judge "rate that is lost with checks" "$(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", 100 * (a - b) / a}')" % $most_slower

in_force "$check"
sleep 2
bad() { "$nfqlb" show --shm=web --output=json 2>/dev/null | grep -c '"health": "bad"' || true; }
start=$(date +%s%N)
ip -n b link set uplink down
while (($(bad) < dying)); do
	(($(date +%s%N) - start < 20000000000)) || break
	sleep 0.02
done
judge "time until $dying of $targets that die at once are out" $((($(date +%s%N) - start) / 1000000)) ms $most_ms
kill $serve
exit $failed
