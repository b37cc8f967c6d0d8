# The network of the demo, and of anything else that wants one like it; sourced by demo.sh.
#
#                 ┌──────────── answers ───────────┐
#                 ▼                                │
#              client ──── requests ──▶ lb ──▶ red, green, blue, gold
#         198.51.100.1                                VIP on lo
#
# The targets answer the client over links of their own: the balancer sees one direction only, keeps nothing
# about a connection, and needs nothing from the way back.
#
# Everything is in namespaces: each network in one of its own, and their names (/run/netns) and all shared memory
# (/dev/shm) in a mount namespace that only this script has. What is forgotten ends with the script.

readonly VIP4=203.0.113.10 VIP6=2001:db8::10
readonly CLIENT4=198.51.100.1 CLIENT6=2001:db8:1::1
readonly BALANCER4=192.0.2.1 BALANCER6=2001:db8:2::1
readonly TARGETS=(red green blue gold)

# A target's number: its mark, its routing table, and the last part of its addresses.
number_of() { # target index
    echo $((101 + $1))
}

# Starts the script over in a mount namespace of its own. A user who is not root becomes root of a user
# namespace, where the system allows that.
enter_private_namespace() {
    [[ -z ${NFQLB_DEMO_INSIDE-} ]] || return 0
    local become_root=()
    ((EUID == 0)) || become_root=(--user --map-root-user)
    unshare "${become_root[@]}" --mount --net true 2>/dev/null ||
        { echo "$0: no right to create namespaces: run it as root" >&2; exit 1; }
    NFQLB_DEMO_INSIDE=1 exec unshare "${become_root[@]}" --mount --net bash "$0" "$@"
}

prepare_private_namespace() {
    mount -t tmpfs demo /run
    mount -t tmpfs demo /dev/shm
    mkdir /run/netns
}

create_network() {
    local index target
    for target in client lb "${TARGETS[@]}"; do
        create_namespace "$target"
    done
    connect client "$CLIENT4" "$CLIENT6" lb "$BALANCER4" "$BALANCER6"
    for index in "${!TARGETS[@]}"; do
        create_target "$index"
    done
    ip -n client route add "$VIP4" via "$BALANCER4"
    ip -n client route add "$VIP6" via "$BALANCER6"
    ip netns exec lb sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# Nothing that happens by itself and takes time or sends packets: no duplicate address detection, no
# router solicitation, no made-up addresses. And no reverse path filter, for answers take another way.
create_namespace() { # name
    ip netns add "$1"
    ip netns exec "$1" sysctl -qw \
        net.ipv6.conf.{all,default}.accept_dad=0 \
        net.ipv6.conf.{all,default}.accept_ra=0 \
        net.ipv6.conf.default.addr_gen_mode=1 \
        net.ipv4.conf.{all,default}.rp_filter=0
    ip -n "$1" link set lo up
}

create_target() { # index
    local target=${TARGETS[$1]} number
    number=$(number_of "$1")
    connect lb "$BALANCER4" "$BALANCER6" "$target" "192.0.2.$number" "2001:db8:2::$number"
    connect client "$CLIENT4" "$CLIENT6" "$target" "192.0.2.$number" "2001:db8:2::$number"
    ip -n "$target" addr add "$VIP4/32" dev lo
    ip -n "$target" addr add "$VIP6/128" dev lo nodad
}

# A link between two namespaces; each end is named after where it leads.
# Link-layer addresses are given, so that nobody has to ask for them.
links=0
connect() { # namespace address4 address6 namespace address4 address6
    links=$((links + 1))
    local left right
    left=$(printf '02:00:00:00:%02x:01' "$links")
    right=$(printf '02:00:00:00:%02x:02' "$links")
    ip link add "$4" netns "$1" address "$left" type veth peer name "$1" netns "$4" address "$right"
    attach "$1" "$4" "$2" "$3" "$5" "$6" "$right"
    attach "$4" "$1" "$5" "$6" "$2" "$3" "$left"
}

attach() { # namespace device own4 own6 peer4 peer6 peer-link-address
    ip -n "$1" link set "$2" up # first: IPv6 forgets the route to the peer of a link that was down
    ip -n "$1" addr add "$3" peer "$5" dev "$2"
    ip -n "$1" addr add "$4" peer "$6" dev "$2" nodad
    ip -n "$1" neigh add "$5" lladdr "$7" dev "$2" nud permanent
    ip -n "$1" neigh add "$6" lladdr "$7" dev "$2" nud permanent
}

remove_network() {
    local name
    for name in client lb "${TARGETS[@]}"; do
        ip netns del "$name" 2>/dev/null || true # not there if we were stopped early
    done
}
