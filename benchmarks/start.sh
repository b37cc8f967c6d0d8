#!/usr/bin/env bash
# Measures how long `serve` takes until it balances packets, beside `flowlb` with the same flows: `make start-bench`.
#
#   FLOWS=10000 RUNS=9      so many flows to 100 targets in 10 pools; so often each
#
# Both find pools, rules and routes as the run before has left them. flowlb has its flows from --state; serve reads and
# checks its file, and compares all of it with what there is. The first start of serve, which has to make all of that,
# stands by itself. From before the executable is started to its line `started`: its workers read the queues then.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
((EUID == 0)) || { echo "$0: root is needed, for namespaces and queues" >&2; exit 1; }
if [[ -z ${START_BENCH_INSIDE-} ]]; then
	START_BENCH_INSIDE=1 exec unshare --mount --net --pid --fork --kill-child --mount-proc bash "$0" "$@"
fi

readonly NFQLB=${NFQLB:-$root/out/nfqlb} FLOWS=${FLOWS:-10000} RUNS=${RUNS:-9} WORK=/mnt
mount -t tmpfs bench /dev/shm
mount -t tmpfs bench "$WORK"
ip link set lo up
ip link add lb type veth peer name targets
ip address add 192.0.2.254/24 dev lb
ip link set targets up
ip link set lb up

write_file() {
	local i
	echo 'vips: [100.64.0.0/16]'
	echo 'queues: {range: "0:3"}'
	echo 'pools:'
	for ((i = 0; i < 100; i++)); do
		((i % 10)) || printf '  - name: pool%d\n    N: 10\n    targets:\n' $((i / 10))
		printf '      - {slot: %d, mark: %d, via: 192.0.2.%d}\n' $((i % 10)) $((101 + i)) $((1 + i))
	done
	echo 'flows:'
	for ((i = 0; i < FLOWS; i++)); do
		printf '  - {name: flow%d, target: pool%d, protocols: [tcp, udp], dsts: 100.64.%d.%d, dports: 80}\n' \
			"$i" $((i % 10)) $((i / 250)) $((i % 250))
	done
}

now_ms() {
	date -u +%s%3N
}

# Starts a balancer, and sets `took` to the milliseconds until it says `started`.
start() { # words of the command...
	local began line
	began=$(now_ms)
	"$NFQLB" "$@" >"$WORK/log" 2>&1 &
	balancer=$!
	until line=$(grep -m 1 ' notice started ' "$WORK/log"); do
		kill -0 "$balancer" 2>/dev/null || { cat "$WORK/log" >&2; exit 1; }
		sleep 0.01
	done
	took=$(($(date -u -d "${line%% *}" +%s%3N) - began))
}

stop() {
	kill "$balancer"
	wait "$balancer"
}

summary() { # of numbers that come in: median, lowest, highest
	sort -n | awk '{ all[NR] = $1 } END { printf "%d ms (%d to %d)", all[int((NR + 1) / 2)], all[1], all[NR] }'
}

write_file >"$WORK/lb.yaml"
readonly SERVE=(serve --config="$WORK/lb.yaml") FLOWLB=(flowlb --queue=0:3 --state="$WORK/state")
start "${SERVE[@]}"
first=$took
stop
start "${FLOWLB[@]}"
"$NFQLB" apply -f "$WORK/lb.yaml" >/dev/null
stop
for ((run = 0; run < RUNS; run++)); do
	start "${FLOWLB[@]}"
	stop
	echo "$took" >>"$WORK/flowlb"
	start "${SERVE[@]}"
	stop
	echo "$took" >>"$WORK/serve"
done
echo "$FLOWS flows, 100 targets, median of $RUNS starts (lowest to highest):"
echo "  flowlb --state   $(summary <"$WORK/flowlb")"
echo "  serve            $(summary <"$WORK/serve"); the first time $first ms"
