#!/usr/bin/env bash
# Installs, upgrades under traffic and removes the package, as dpkg and systemd do it: test.sh PACKAGE
#
# The system is this one, seen through an overlay, with a systemd and a network of its own: the balancer of the demo's
# network. Nothing of it outlives the test.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly PACKAGE=$(realpath "$1")
source packaging/testbed.sh

readonly SYSTEM=/run/system

clean_up() {
	[[ -z ${init-} ]] || kill -KILL "$init" 2>/dev/null || true # and with it all of its pid namespace
}

# A root that can be written and is then forgotten, in which systemd finds what a container has.
lay_out_system() {
	mkdir -p "$SYSTEM" /run/overlay
	mount -t tmpfs overlay /run/overlay
	mkdir /run/overlay/{upper,work}
	mount -t overlay overlay -o lowerdir=/,upperdir=/run/overlay/upper,workdir=/run/overlay/work "$SYSTEM"
	mount -t tmpfs -o mode=755 run "$SYSTEM/run"
	mount -t tmpfs -o mode=1777 tmp "$SYSTEM/tmp"
	mount -t tmpfs -o mode=755 dev "$SYSTEM/dev"
	local device
	for device in null zero full random urandom tty; do
		touch "$SYSTEM/dev/$device"
		mount --bind "/dev/$device" "$SYSTEM/dev/$device"
	done
	mkdir "$SYSTEM/dev/shm"
	mount -t tmpfs -o mode=1777 shm "$SYSTEM/dev/shm"
	# Nothing of what this machine starts by itself.
	rm -rf "$SYSTEM"/etc/systemd/system/*.wants "$SYSTEM"/usr/sbin/policy-rc.d "$SYSTEM"/etc/nfqlb
	mkdir -p "$SYSTEM/packages"
}

boot() {
	cat >/run/boot.sh <<-END
		mount -t proc proc $SYSTEM/proc
		mount -t sysfs -o ro sys $SYSTEM/sys
		mount -t cgroup2 cgroup $SYSTEM/sys/fs/cgroup
		cd $SYSTEM
		pivot_root . mnt
		umount -l /mnt
		export container=test
		exec /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=no
	END
	ip netns exec lb unshare --mount --pid --fork --cgroup --ipc --uts --kill-child \
		bash -e /run/boot.sh </dev/null >/run/boot.log 2>&1 &
	local outer=$! tries
	for ((tries = 0; tries < 200; tries++)); do
		init=$(pgrep -P "$outer" -x systemd || true)
		[[ -z $init ]] || [[ $(inside systemctl is-system-running 2>/dev/null) != @(running|degraded) ]] || return 0
		sleep 0.1
	done
	cat /run/boot.log >&2
	exit 1
}

inside() {
	nsenter --target "$init" --mount --pid --net --cgroup --ipc --uts "$@"
}

# The same package as another version, in which a function has changed something.
repack() { # version change
	local root=/run/repacked
	rm -rf "$root"
	dpkg-deb --raw-extract "$PACKAGE" "$root"
	sed -i "s/^Version: .*/Version: $1/" "$root/DEBIAN/control"
	(cd "$root" && ${2-true})
	dpkg-deb --root-owner-group -Znone --build "$root" "$SYSTEM/packages/$1.deb" >/dev/null
}

# As before 2.1.0, when units were root's.
without_user() {
	sed -i '/^User=/d; /^ExecStartPost=/d' lib/systemd/system/*.service
	rm -r usr/lib/sysusers.d usr/lib/tmpfiles.d
	cat >DEBIAN/postinst <<-'END'
		#!/bin/sh
		systemctl --system daemon-reload
	END
}

not_starting() {
	printf '#!/bin/sh\necho "does not start" >&2\nexit 1\n' >usr/bin/nfqlb
}

install_package() { # version
	inside env DEBIAN_FRONTEND=noninteractive dpkg --install "/packages/$1.deb" >/run/dpkg.log 2>&1 ||
		{ cat /run/dpkg.log >&2; return 1; }
}

property() { # of a unit
	inside systemctl show --property="$2" --value "$1"
}

# All that somebody may have put into the kernel, but for counts.
kernel_state() {
	inside ip rule
	inside ip -6 rule
	inside ip route show table all
	inside ip -6 route show table all
	inside ip -o link | cut -d: -f2
	inside nft list ruleset
	inside cat /proc/net/netfilter/nfnetlink_queue | cut -c1-6
	inside ls /dev/shm
}

# The main process of a unit is confined as its unit says.
judge_confinement() { # unit capabilities
	local status=/proc/$(property "$1" MainPID)/status
	check "$1: it is the user nfqlb, has the capabilities $2, can get no more, and seccomp filters its calls" "$(
		inside awk -v user="$(inside id -u nfqlb)" -v rights="$2" '
			/^Uid:/ { right += $2 == user && $3 == user } /^Seccomp:/ { right += $2 == 2 }
			/^Cap(Eff|Prm|Bnd):/ { right += $2 ~ rights "$" } /^NoNewPrivs:/ { right += $2 } END { print right }' "$status"
	) == 6"
}

# What root says goes to the balancer of another user, and what root makes is that user's; nobody else is heard.
judge_commands() {
	local file owners
	inside nfqlb init --shm=other --M=100 --N=4 >/dev/null
	inside nfqlb activate --shm=other 7 >/dev/null
	inside nfqlb vip-set --vips=203.0.113.99 >/dev/null
	check "root's flow-set reaches it" "$(inside nfqlb flow-set --name=other --target=other --prio=1 >&2; echo $?) == 0"
	check "and nobody else's" "$(inside setpriv --reuid=nobody --clear-groups nfqlb flow-set --name=third --target=other \
		>/dev/null 2>&1; echo $?) == 1"
	inside nfqlb flow-delete --name=other >/dev/null
	check "the log level is heard" "$(inside nfqlb loglevel 5 >&2; echo $?) == 0"
	owners=$(inside stat -c %U /dev/shm/{demo,other,nfqlb-wanted,nfqlb-trace,ftshm} | sort -u)
	check "all memory is ${owners//$'\n'/ }'s" "$([[ $owners == nfqlb ]]; echo $?) == 0"
	inside nfqlb vip-delete --vips=203.0.113.99 >/dev/null
	inside nfqlb delete --shm=other >/dev/null
	check "root's status finds nothing wrong" "$(inside nfqlb status | grep -E '^(bad|warn) ' >&2; echo $?) == 1"
	check "it is told of its queues by the kernel" "$(inside setpriv --reuid=nfqlb --regid=nfqlb --clear-groups \
		cat /proc/net/netfilter/nfnetlink_queue | wc -l) == 4"
}

# Checks by commands run, as that user and without rights, and the kernel decides packets where the unit lets it.
judge_filtered_calls() {
	local refused
	sed 's/^    check: .*/    panic: 100%\n    check: {type: exec, command: [\/bin\/sh, -c, "id -un; grep CapEff \/proc\/self\/status; exit 1"], to: target}/' \
		examples/demo/demo.yaml >"$SYSTEM/etc/nfqlb/nfqlb.yaml"
	wait_for_event 'target is bad.*exit code 1: nfqlb'
	cp examples/demo/demo.yaml "$SYSTEM/etc/nfqlb/nfqlb.yaml"
	inside systemctl stop nfqlb # it follows its file at once, also where it lacks the rights for what that asks
	sed 's/^queues:/fast_path: {links: [client]}\n&/' examples/demo/demo.yaml >"$SYSTEM/etc/nfqlb/nfqlb.yaml"
	mkdir -p "$SYSTEM/etc/systemd/system/nfqlb.service.d"
	sed -n '/^    \[Service\]/,/^$/s/^    //p' docs/fast-path.md >"$SYSTEM/etc/systemd/system/nfqlb.service.d/fast-path.conf"
	inside systemctl daemon-reload
	inside systemctl start nfqlb
	judge_confinement nfqlb c000001000
	ask
	check "the kernel has decided $(decided) packets" "$(decided) > 0"
	rm -r "$SYSTEM/etc/systemd/system/nfqlb.service.d"
	cp examples/demo/demo.yaml "$SYSTEM/etc/nfqlb/nfqlb.yaml"
	inside systemctl daemon-reload
	inside systemctl restart nfqlb
	refused=$(inside journalctl --quiet --output=cat --grep='not permitted' --unit=nfqlb || true)
	check "no call was refused by its filter${refused:+: $refused}" "${#refused} == 0"
}

decided() {
	inside nfqlb counters | grep -o '"decided": *[0-9]*' | tail -n 1 | grep -o '[0-9]*$'
}

wait_for_event() { # pattern
	local tries
	for ((tries = 0; tries < 50; tries++)); do
		! inside nfqlb events | grep -q "$1" || break
		sleep 0.1
	done
	check "events tell: $1" "$((tries < 50))"
}

upgrade_under_traffic() { # unit version
	local before
	before=$(property "$1" MainPID)
	ip netns exec client "$TRAFFIC" ask --to="$VIP4,$VIP6" --port="$PORT" --proto=tcp,udp --connections=1600 \
		--seconds=6 --rate=8000 >/run/asked &
	local asking=$!
	sleep 2
	check "$1: dpkg upgrades it to $2" "$(install_package "$2"; echo $?) == 0"
	check "$1: another process is the service" \
		"$(property "$1" MainPID) != $before && $(property "$1" MainPID) > 0 && $(property "$1" NRestarts) == 0"
	check "$1: it runs what was installed" \
		"$(inside test "/proc/$(inside systemctl show -P MainPID "$1")/exe" -ef /usr/bin/nfqlb; echo $?) == 0"
	wait "$asking"
	judge_answers
}

# From units of root's: nobody can take over from another user, so it is a restart.
upgrade_to_user() {
	ip netns exec client "$TRAFFIC" ask --to="$VIP4,$VIP6" --port="$PORT" --proto=udp --connections=400 \
		--seconds=4 --rate=8000 >/run/asked &
	local asking=$!
	sleep 1
	check "nfqlb: dpkg upgrades it from a version that was root's" "$(install_package 9.1; echo $?) == 0"
	wait "$asking"
	check "of $(sum_of asked) requests $(sum_of lost) met nobody" "$(sum_of lost) < $(sum_of asked) / 4"
}

create_network_with_targets 120
lay_out_system
boot
repack 9.0 without_user
repack 9.1
repack 9.2
repack 9.3 not_starting
kernel_state >/run/before

echo "Installed"
check "dpkg installs it" "$(install_package 9.0; echo $?) == 0"
check "systemd finds nothing wrong with its units" \
	"$(inside systemd-analyze verify nfqlb.service flowlb@.service >&2; echo $?) == 0"
check "nothing runs unless it is asked to" "$(property nfqlb MainPID) == 0"
check "the file that it comes with is right" "$(inside nfqlb check /etc/nfqlb/nfqlb.yaml >/run/checked; echo $?) == 0"

echo "In use, and upgraded"
install -m 0644 examples/demo/demo.yaml "$SYSTEM/etc/nfqlb/nfqlb.yaml"
check "systemctl enable --now" "$(inside systemctl enable --quiet --now nfqlb; echo $?) == 0"
ask
upgrade_to_user
judge_confinement nfqlb 1000
judge_commands
upgrade_under_traffic nfqlb 9.2
judge_confinement nfqlb 1000
check "the administrator's file stays" "$(cmp examples/demo/demo.yaml "$SYSTEM/etc/nfqlb/nfqlb.yaml"; echo $?) == 0"

echo "System calls"
judge_filtered_calls

echo "A version that does not start"
main=$(property nfqlb MainPID)
check "dpkg says so, and goes on" "$(install_package 9.3; grep -c 'did not take over' /run/dpkg.log) == 1"
check "the old one goes on" "$(property nfqlb MainPID) == $main"
ask
check "and is upgraded once more" "$(install_package 9.2; property nfqlb MainPID) != $main"

echo "flowlb alone"
inside systemctl disable --quiet --now nfqlb
inside nfqlb reset --all >/dev/null
inside systemctl start flowlb@0:3
inside nfqlb apply -f /etc/nfqlb/nfqlb.yaml >/dev/null
judge_confinement flowlb@0:3 1000
upgrade_under_traffic flowlb@0:3 9.1
inside systemctl restart flowlb@0:3
ask # its flows have outlived it

echo "Removed"
inside systemctl enable --quiet nfqlb
check "dpkg removes it" "$(inside dpkg --remove nfqlb >/run/dpkg.log 2>&1; echo $?) == 0"
kernel_state >/run/after
check "nothing is left in the kernel" "$(diff /run/before /run/after >&2; echo $?) == 0"
check "its configuration stays" "$(test -e "$SYSTEM/etc/nfqlb/nfqlb.yaml"; echo $?) == 0"
check "dpkg purges it" "$(inside dpkg --purge nfqlb >/run/dpkg.log 2>&1; echo $?) == 0"
left=$(cd "$SYSTEM" && find etc var/lib usr lib/systemd -xdev \( -name '*nfqlb*' -o -name 'flowlb*' \) \
	-newer /run/boot.sh 2>/dev/null | grep -v var/lib/dpkg || true)
check "nothing is left in files${left:+: $left}" "${#left} == 0"
end_of_checks
