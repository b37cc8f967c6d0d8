#!/usr/bin/env bash
# Has pods of a Service come, go and change under `nfqlb serve`, and says how long that takes: `make cluster-bench`.
#
#   PODS=10000 CHANGES=500 FOR=60   so many, so many a second, for so long
#   REPLACED=0                          so many per cent of the changes are pods that go, and others in their place
#   ENTRIES=100000 SEED=                M of the pool; what changes
#   NFQLB=PATH                          another executable
#
# API server and balancer run in a network namespace of their own, with a /dev/shm of its own.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
((EUID == 0)) || { echo "$0: root is needed, for namespaces and queues" >&2; exit 1; }

exec unshare --mount --net --pid --fork --kill-child --mount-proc bash -euc '
    mount -t sysfs bench /sys
    mount -t tmpfs bench /run
    mount -t tmpfs bench /dev/shm
    ip link set lo up
    ip link add lb0 type veth peer name pods0
    ip link set pods0 up
    ip link set lb0 up
    ip address add 10.0.0.1/8 dev lb0
    exec dotnet "$@"' bash "$root/benchmarks/Nfqlb.ClusterBench/bin/Release/net10.0/Nfqlb.ClusterBench.dll" \
    "${NFQLB:-$root/out/nfqlb}"
