#!/usr/bin/env bash
# nfqlb at work: one address, four targets, real connections; a target leaves and comes back, another dies.
# It is also a check: it fails when a packet is lost or connections go where they should not.
#
#   NFQLB=PATH     the executable to show (out/nfqlb)
#   TRAFFIC=PATH   the traffic program (out/traffic)
#   FAST_PATH=1    lets the kernel decide what it can, and shows how much that is
#   SHELL_IN=1     leaves you in a shell on the balancer afterwards
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
source "$root/examples/demo/network.sh"
source "$root/examples/demo/screen.sh"

NFQLB=$(realpath -m "${NFQLB:-$root/out/nfqlb}")
TRAFFIC=$(realpath -m "${TRAFFIC:-$root/out/traffic}")
readonly NFQLB TRAFFIC
readonly PORT=5001
readonly INTERVAL_MS=200 FALL=2 # of the checks in demo.yaml
readonly LOG=/run/nfqlb.log
readonly LIMIT_S=300 # nothing that this script starts lives longer, except for the user's shell

check_requirements() {
    local program
    for program in "$NFQLB" "$TRAFFIC" ip unshare setpriv; do
        command -v "$program" >/dev/null || { echo "demo: $program is missing (make build?)" >&2; exit 1; }
    done
}

give_up() { # reason
    echo "demo: $1" >&2
    [[ ! -s $LOG ]] || sed 's/^/  nfqlb: /' "$LOG" >&2
    exit 1
}

# Starts a program in a namespace; its output can be read from the descriptor put into the variable `output`,
# its process id is in `$!`. It ends with this script, even if that is killed.
processes=()
start() { # namespace program argument...
    local pipe=/run/output-${#processes[@]}
    mkfifo "$pipe"
    setpriv --pdeathsig TERM ip netns exec "$@" >"$pipe" 2>>/run/errors &
    processes+=($!)
    exec {output}<"$pipe"
}

# Waits for the line by which our programs say that they are at work.
await_ready() { # who
    local line=''
    read -r -t 10 line <&"$output" || true
    [[ $line == ready ]] || { cat /run/errors >&2; give_up "$1 is not ready"; }
}

# Ends a process that this script has started; a hard way after 3 seconds.
stop() { # process id
    local tries
    kill "$1" 2>/dev/null || return 0 # it has ended by itself
    for ((tries = 0; tries < 60; tries++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true # how it ended does not matter any more
}

cleanup() {
    trap '' INT TERM HUP # a second Ctrl-C must not stop the cleaning up
    local i
    for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
        stop "${processes[i]}" # the last first: a client ends at once while its servers still answer
    done
    remove_network
}

# The commands of the demo run on the balancer, and are shown as one would type them there.
nfqlb() {
    show_command nfqlb "$@"
    ip netns exec lb "$NFQLB" "$@" | sed 's/^/    /'
}

# One process that brings about what the file asks for, and keeps it so: queue rules, routing rules and tables, the pool
# with its targets, the flow; and takes out targets that do not answer.
start_balancer() {
    local options=(--config="$root/examples/demo/demo.yaml" --promiscuous_ping)
    [[ -z ${FAST_PATH-} ]] || options+=(--fast-path=client)
    show_command "nfqlb serve --config=demo.yaml ${options[*]:1} &"
    setpriv --pdeathsig TERM ip netns exec lb "$NFQLB" serve "${options[@]}" >"$LOG" 2>&1 &
    balancer=$!
    processes+=("$balancer")
    await_log "notice started" 1
}

# What the balancer says that it does.
await_log() { # text how-often
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        (($(grep -c "$1" "$LOG") < $2)) || return 0
        kill -0 "$balancer" 2>/dev/null || break
        sleep 0.05
    done
    give_up "nfqlb does not say \"$1\""
}

show_log() { # text
    grep "$1" "$LOG" | tail -1 | sed 's/^[^ ]* /    /'
}

declare -A server_process
start_server() { # target
    start "$1" "$TRAFFIC" serve --name="$1" --port="$PORT" --seconds="$LIMIT_S"
    server_process[$1]=$!
    await_ready "the server of $1"
}

start_asking() { # option...
    start client "$TRAFFIC" ask --to="$VIP4,$VIP6" --port="$PORT" --proto=tcp,udp "$@"
}

start_asking_tcp() { # option...
    start client "$TRAFFIC" ask --to="$VIP4,$VIP6" --port="$PORT" --proto=tcp "$@"
}

# Takes in what "traffic ask" tells when it ends: by target how many connections it had first and last,
# how many left it and came to it; and the totals of TCP and UDP together.
declare -A first last left total
read_report() {
    local words word from to count
    first=() last=() left=() total=()
    while read -ra words; do
        case ${words[0]} in
        server)
            first[${words[1]}]=${words[2]#first=}
            last[${words[1]}]=${words[3]#last=}
            ;;
        moved)
            from=${words[1]#from=} count=${words[3]#connections=}
            left[$from]=$((${left[$from]:-0} + count))
            ;;
        tcp | udp)
            for word in "${words[@]:1}"; do
                total[${word%=*}]=$((${total[${word%=*}]:-0} + ${word#*=}))
            done
            ;;
        esac
    done <&"$output"
    exec {output}<&-
    [[ -n ${total[asked]-} ]] || { cat /run/errors >&2; give_up "no report from the client"; }
}

# Packets by outcome, on the link that the kernel decides on: lines such as `decided 4000`.
fast_path_outcomes() {
    ip netns exec lb "$NFQLB" counters |
        sed -n '/"fast_path"/,/}/s/^ *"\([a-z_]*\)": \([0-9]*\),\{0,1\}$/\1 \2/p'
}

# How many of the packets since the last time the kernel has decided, and why it left the others to the queues.
seen_by_kernel=0 decided_by_kernel=0
show_kernel_share() {
    [[ -n ${FAST_PATH-} ]] || return 0
    local outcome count seen=0 decided=0 others=''
    while read -r outcome count; do
        seen=$((seen + count))
        if [[ $outcome == decided ]]; then
            decided=$count
        elif ((count)); then
            others+=", $outcome $count"
        fi
    done < <(fast_path_outcomes)
    local new=$((seen - seen_by_kernel)) decided_now=$((decided - decided_by_kernel))
    explain "The kernel decided $decided_now of $new packets, $(percent $decided_now $new)${others:+; left to the queues so far: ${others#, }}."
    seen_by_kernel=$seen decided_by_kernel=$decided
    expect "the kernel has decided packets" "$decided_now > 0"
}

expect_nothing_lost() {
    expect "${total[asked]} requests, ${total[answered]} answers, ${total[lost]} lost" \
        "${total[lost]} == 0 && ${total[asked]} > 0"
}

# A quarter off the ideal is far outside of chance with so many connections.
expect_even_shares() { # targets that take part
    local target whole=0 uneven=0
    for target in "$@"; do
        whole=$((whole + ${last[$target]:-0}))
    done
    for target in "$@"; do
        local scaled=$((${last[$target]:-0} * $# * 100))
        ((scaled > 75 * whole && scaled < 125 * whole)) || uneven=$((uneven + 1))
    done
    expect "every target is near its ideal share" "$uneven == 0"
}

set_up() {
    heading "nfqlb: one address, four targets, no state"
    explain "client ─▶ lb ─▶ red, green, blue, gold ─▶ straight back to the client"
    explain "The address is $VIP4 and $VIP6. Each is a network namespace of its own."
    create_network

    heading "1  A balancer, and what is asked of it"
    explain "Packets to the address go to nfqlb, which marks them; the mark chooses the route."
    local target
    for target in "${TARGETS[@]}"; do
        start_server "$target"
    done
    start_balancer
    nfqlb target-list
}

# What commands have changed beside the file is put right by hand: the last word holds.
apply() {
    show_command "nfqlb apply -f demo.yaml"
    ip netns exec lb "$NFQLB" apply -f "$root/examples/demo/demo.yaml" >/run/applied || give_up "apply failed"
    explain "$(wc -l </run/applied) changes, such as: $(grep -m 1 "^+ ipv4 rule.*lookup" /run/applied || head -1 /run/applied)"
}

show_spread() {
    heading "2  4000 connections: TCP and UDP, IPv4 and IPv6, each from a port of its own"
    start_asking --connections=1000 --rate=8000
    read_report
    print_shares last "${TARGETS[@]}"
    expect_nothing_lost
    expect_even_shares "${TARGETS[@]}"
    show_kernel_share
}

take_blue_out() {
    heading "3  Take blue out while 8000 requests per second run over 2000 connections"
    start_asking --connections=500 --rate=8000 --seconds=3
    await_ready "the client"
    nfqlb target-delete --shm=demo --name=blue
    read_report
    print_shares last red green gold
    expect_nothing_lost
    expect "all ${first[blue]} connections of blue have moved" \
        "${first[blue]} > 0 && ${left[blue]:-0} == ${first[blue]} && ${last[blue]:-0} == 0"

    local others=$((total[connections] - first[blue])) disturbed=$((total[moved] - ${left[blue]:-0}))
    expect "of the $others others none has moved" "$disturbed == 0"
    explain "Whose target is gone cannot stay: these TCP connections are reset and made anew (${total[broken]} were)."
    show_kernel_share
}

put_blue_back() {
    heading "4  Restart blue's server in peace, then put it back: no connection breaks"
    stop "${server_process[blue]}"
    start_server blue
    start_asking_tcp --connections=1000 --rate=8000 --seconds=3
    await_ready "the client"
    apply
    read_report
    expect_nothing_lost
    expect "of ${total[connections]} TCP connections none has moved, none is broken" \
        "${total[moved]} == 0 && ${total[broken]} == 0 && ${total[connections]} > 0"
    explain "They stay while the pool drains, for a minute; new ones go to all four:"
    start_asking_tcp --connections=2000 --rate=8000
    read_report
    print_shares last "${TARGETS[@]}"
    expect_even_shares "${TARGETS[@]}"
    show_kernel_share
}

let_gold_die() {
    heading "5  Kill gold's server, and start it again: nobody types a command"
    start_asking --connections=500 --rate=8000 --seconds=3
    await_ready "the client"
    kill -KILL "${server_process[gold]}"
    wait "${server_process[gold]}" 2>/dev/null || true
    explain "The balancer checks its targets every $INTERVAL_MS ms, by the way that packets take:"
    await_log "target is bad object=demo/gold" 1
    show_log "target is bad"
    read_report
    print_shares last red green blue
    # Datagrams alone, a quarter of half of all requests, until the check has failed often enough; a second more at most.
    local most=$((8000 / 2 / 4 * (INTERVAL_MS * FALL + 1000) / 1000))
    expect "${total[asked]} requests, ${total[lost]} lost: those that gold had when it died" "${total[lost]} <= $most"
    local others=$((total[connections] - first[gold])) disturbed=$((total[moved] - ${left[gold]:-0}))
    expect "of the $others connections of others none has moved" "$disturbed == 0 && ${last[gold]:-0} == 0"
    start_server gold
    await_log "target is good again object=demo/gold" 1
    show_log "target is good again"
    start_asking_tcp --connections=2000 --rate=8000
    read_report
    print_shares last "${TARGETS[@]}"
    expect_nothing_lost
    expect_even_shares "${TARGETS[@]}"
    show_kernel_share
}

offer_shell() {
    heading 'You are on the balancer; "exit" ends the demo'
    explain "nfqlb target-list                            the targets, and their ways"
    explain "nfqlb vip-list                               the rules that queue packets"
    explain "nfqlb flow-list                              the flows, and how often they matched"
    explain "nfqlb target-delete --shm=demo --name=red    take red out"
    explain "ip netns exec client traffic ask --to=$VIP4,$VIP6 --port=$PORT --connections=1000"
    local path
    path=$(dirname "$NFQLB"):$(dirname "$TRAFFIC"):$PATH
    ip netns exec lb env PATH="$path" PS1='lb# ' bash --norc -i || true # how it ended is the user's business
}

main() {
    check_requirements
    enter_private_namespace "$@"
    prepare_private_namespace
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP

    set_up
    show_spread
    take_blue_out
    put_blue_back
    let_gold_die
    if ((failures)); then
        heading "Failed checks: $failures"
    else
        heading "Only what had to move has moved, and nothing was lost that had a live target."
    fi
    [[ -z ${SHELL_IN-} ]] || offer_shell
    ((failures == 0))
}

main "$@"
