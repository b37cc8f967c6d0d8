#!/usr/bin/env bash
# Tries what qemu can run of the executable for arm64, and holds it to that for this machine: test.sh DIRECTORY
# NFQUEUE is not among it.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly DIRECTORY=$(realpath "$1") HERE=$PWD/out/nfqlb
source packaging/verdicts.sh

[[ -n ${NFQLB_ARM64_INSIDE-} ]] || NFQLB_ARM64_INSIDE=1 exec unshare --mount --net bash "$0" "$@"
mount -t tmpfs run /run
mount -t tmpfs shm /dev/shm

there() {
	qemu-aarch64 -L "$DIRECTORY/sysroot" "$DIRECTORY/nfqlb" "$@"
}

# What both say to a command that changes nothing is the same.
same() { # argument...
	local here=0 there=0
	"$HERE" "$@" >/run/here 2>&1 || here=$?
	there "$@" >/run/there 2>&1 || there=$?
	check "nfqlb $* (exit code $here)" "$(cmp /run/here /run/there >&2; echo $?) == 0 && $here == $there"
}

same version
same help
same man
same check examples/frontend/frontend.yaml

# One memory for both: each reads what the other has written.
there init --shm=foreign --M=9973 --N=100 >/run/said
there activate --shm=foreign 101 102 103 >>/run/said
"$HERE" init --shm=own --M=9973 --N=100 >>/run/said
"$HERE" activate --shm=own 101 102 103 >>/run/said
check "tables that both have filled are the same" \
	"$(cmp <("$HERE" show --shm=foreign | tail -n +2) <(there show --shm=own | tail -n +2) >&2; echo $?) == 0"
"$HERE" deactivate --shm=foreign 102 >>/run/said
same show --shm=foreign
same fwmark --shm=foreign --proto=tcp --src=198.51.100.7:40000 --dst=203.0.113.11:5432
same simulate --targets=10 --connections=10000 down=t3
end_of_checks
