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

# Two readers beside a writer. qemu keeps to the order of this machine, so it cannot show what arm64 may do beyond that.
race() { # where command...
	local code=0
	"${@:2}" 10 >/run/race || code=$?
	check "$1: $(</run/race)" "$code == 0"
}
race arm64 qemu-aarch64 -L "$DIRECTORY/sysroot" "$DIRECTORY/litmus"
race here "$DIRECTORY/here/Nfqlb.Litmus"

# So what forbids it is looked for in the code: the instructions of a method by which memory is read or written in order.
ordered() { # method of a pool, and what its instructions are, one after the other
	local found
	found=$(aarch64-linux-gnu-objdump --no-show-raw-insn --disassemble="Nfqlb_Nfqlb_Maglev_PoolSegment__$1" \
		"$DIRECTORY/nfqlb" | grep -oE '\s(ldapu?r|ldar|stlu?r|dmb)[bh]?\s+(x|w|ish(ld)?$)' | tr -s '\t\n ' ' ')
	check "$1 orders memory:$found" "$([[ $found =~ $2 ]]; echo $?) == 0"
}
readonly LOAD='lda(pu?)?r'
ordered TryFind "^ $LOAD x ${LOAD}h w $LOAD w $LOAD x $"
ordered TryFindOther "^ $LOAD x ${LOAD}h w $LOAD w $LOAD w $LOAD x $"
ordered Publish '^ .*dmb ish .*stlu?r x $'
check "the kernel's program has a barrier before and after each of the six words that say what is in force" \
	"$(llvm-objdump -d "$DIRECTORY/fastpath.bpf.o" | grep -c 'xchg_64(r10 ') == 12"
end_of_checks
