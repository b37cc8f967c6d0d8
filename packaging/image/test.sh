#!/usr/bin/env bash
# Unpacks the image, and balances the demo's real connections from within it, under crun: read-only, with one
# capability and the system calls that runtimes allow by default: test.sh ARCHIVE
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly ARCHIVE=$(realpath "$1")
source packaging/testbed.sh

readonly WORK=/run/image

clean_up() {
	crun_ delete --force balancer 2>/dev/null || true
}

# crun knows cgroups as one tree alone; it is told to leave them be.
hide_groups() {
	mount -t cgroup2 cgroup /sys/fs/cgroup
}

unpack() {
	local manifest layer
	mkdir -p "$WORK"/{oci,config,bundle/rootfs}
	install -m 0644 examples/demo/demo.yaml "$WORK/config/nfqlb.yaml"
	mount -t tmpfs -o mode=755 image "$WORK/bundle/rootfs"
	tar -C "$WORK/oci" -xf "$ARCHIVE"
	manifest=$(blob_of "$(grep -o 'sha256:[0-9a-f]*' "$WORK/oci/index.json")")
	for layer in $(grep -o 'tar+gzip","digest":"[^"]*' "$manifest" | sed 's/.*"//'); do
		tar -C "$WORK/bundle/rootfs" --xattrs --xattrs-include='*' -xpzf "$(blob_of "$layer")"
	done
}

blob_of() { # digest; every blob is what its name says
	local blob=$WORK/oci/blobs/sha256/${1#sha256:}
	[[ $(sha256sum "$blob") == "${1#sha256:} "* ]] || { echo "$1 is something else" >&2; exit 1; }
	echo "$blob"
}

# The system calls that container runtimes leave by default to who has no capability that opens more of them.
profile() {
	jq '{defaultAction, defaultErrnoRet, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], syscalls: [.syscalls[]
		| select((.includes.caps // []) == [] and ((.includes.arches // ["amd64"]) | index("amd64")))
		| {names, action, args: (.args // []), errnoRet} | del(.errnoRet | nulls)]}' /usr/share/containers/seccomp.json
}

# What a container runtime gives to a pod that asks for one capability.
configure() { # user no-new-privileges capability-sets
	local set sets=''
	for set in $3; do
		sets+="${sets:+, }\"$set\": [\"CAP_NET_ADMIN\"]"
	done
	cat >"$WORK/bundle/config.json" <<END
{
  "ociVersion": "1.0.2",
  "process": {
    "user": {"uid": $1, "gid": $1}, "cwd": "/", "noNewPrivileges": $2, "capabilities": {$sets},
    "args": ["/usr/bin/nfqlb", "serve", "--config=/etc/nfqlb"], "env": ["PATH=/usr/bin"],
    "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 1024}]
  },
  "root": {"path": "rootfs", "readonly": true},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777"]},
    {"destination": "/etc/nfqlb", "type": "bind", "source": "$WORK/config", "options": ["rbind", "ro"]}
  ],
  "linux": {
    "seccomp": $(profile),
    "namespaces": [
      {"type": "mount"}, {"type": "pid"}, {"type": "ipc"}, {"type": "uts"},
      {"type": "network", "path": "/run/netns/lb"}
    ],
    "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
  }
}
END
}

crun_() {
	crun --cgroup-manager=disabled --root=/run/crun "$@"
}

start_container() {
	rm -f /run/balancer.log # which crun has given to the container's user
	crun_ run --bundle="$WORK/bundle" balancer >/run/balancer.log 2>&1 &
	container=$!
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		! grep -qs 'notice started' /run/balancer.log || return 0
		kill -0 "$container" 2>/dev/null || break
		sleep 0.05
	done
	cat /run/balancer.log >&2
	exit 1
}

value_in_status() { # key
	sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" "/proc/$balancer/status"
}

balance_as() { # user no-new-privileges capability-sets
	configure "$@"
	start_container
	balancer=$(crun_ state balancer | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
	check "user $(value_in_status Uid), capabilities $(value_in_status CapEff), no new privileges $(value_in_status NoNewPrivs), seccomp $(value_in_status Seccomp)" \
		"$(value_in_status Uid) == $1 && $(value_in_status Seccomp) == 2 && 16#$(value_in_status CapEff) == 1 << 12"
	ask
	check "status finds nothing wrong" "$(crun_ exec --user="$1:$1" balancer /usr/bin/nfqlb status >&2; echo $?) == 0"
	crun_ kill balancer TERM
	wait "$container"
	check "SIGTERM ends it with exit code 0" "$? == 0"
}

# Checks over TLS find OpenSSL: what is refused is the connection.
look_for_openssl() {
	sed -i 's/^    check: .*/    panic: 50%\n    check: {type: https, port: 9, to: target}/' "$WORK/config/nfqlb.yaml"
	start_container
	sleep 2
	crun_ exec balancer /usr/bin/nfqlb status >/run/status || true
	check "checks over TLS get as far as the targets" "$(grep -c 'refused' /run/status) > 0"
	crun_ kill balancer TERM
	wait "$container"
}

create_network_with_targets 60
unpack
hide_groups
size=$(stat -c %s "$ARCHIVE")
check "skopeo takes it" "$(skopeo --tmpdir /run copy --quiet "oci-archive:$ARCHIVE" dir:/run/copy >&2; echo $?) == 0"
check "the image has $((size / 1000000)) MB" "$size < 30000000"
# Another user than root has what the file permits; root has what it is given, and can get no more.
balance_as 65532 false bounding
balance_as 0 true "bounding effective permitted"
look_for_openssl
end_of_checks
