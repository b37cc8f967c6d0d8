#!/usr/bin/env bash
# Measures the whole path of packets in network namespaces: `make bench` runs this.
#
#   QUICK=1                     three minutes instead of 25
#   ONLY='all cores'            scenarios with this in their name; the report goes to out/bench
#   NFQLB_REFERENCE=PATH        another nfqlb to put into the same table
#
# All of it lives in namespaces of its own: processes, network, the names in /run/netns, pools in /dev/shm. However it
# ends, the kernel takes everything away with the first process in there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
((EUID == 0)) || { echo "$0: root is needed, for namespaces and queues" >&2; exit 1; }

exec unshare --mount --net --pid --fork --kill-child --mount-proc bash -euc '
    mount -t sysfs bench /sys # that of the new network
    mount -t tmpfs bench /run
    mkdir /run/netns
    mount -t tmpfs bench /dev/shm
    exec dotnet "$@"' bash "$root/benchmarks/Nfqlb.PathBench/bin/Release/net10.0/Nfqlb.PathBench.dll" "$root"
