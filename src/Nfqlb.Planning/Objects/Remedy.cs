using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>Commands that mend what status and why find, as they can be pasted.</summary>
public static class Remedy
{
    /// <summary>Makes match again what files and commands have asked for.</summary>
    public const string ApplyAgain = "nfqlb apply --again";

    /// <summary>Of `init`, where nobody says.</summary>
    private const int DefaultSlots = 32;

    /// <summary>Lets a stopped process run again.</summary>
    public static string Continue(int processId) => $"kill -CONT {processId}";

    /// <summary>Starts a service.</summary>
    public static string Restart(string unit) => $"systemctl restart {unit}";

    /// <summary>Runs a balancer by these queues.</summary>
    public static string Balance(string queues) => $"nfqlb flowlb --queue={queues}";

    /// <summary>Runs a balancer that follows these files.</summary>
    public static string Serve(IEnumerable<string> files) =>
        $"nfqlb serve {string.Join(' ', files.Select(file => $"--config={Quoted(file)}"))}";

    /// <summary>Has a command take over from the balancer that runs.</summary>
    public static string TakeOver(string run) => $"{run} --takeover";

    /// <summary>Queues packets for an address.</summary>
    public static string SetVip(string prefix) => $"nfqlb vip-set --vips={prefix}";

    /// <summary>Queues packets for an address, into these queues.</summary>
    public static string QueueAt(string prefix, string queues) => $"{SetVip(prefix)} --queue={queues}";

    /// <summary>Queues packets for an address where the balancer that runs reads; where none does, has one read.
    /// </summary>
    /// <param name="prefix">The address; null where none is known.</param>
    /// <param name="asked">The queues that nobody reads.</param>
    /// <param name="bound">All that are read.</param>
    public static string ReadQueues(string? prefix, QueueRange asked, IReadOnlyList<BoundQueue> bound) =>
        prefix is not null && QueueReader.RangeOfBalancer(bound) is { } range
            ? QueueAt(prefix, range)
            : Balance($"{asked}");

    /// <summary>Has a chain let packets for an address through.</summary>
    public static string LetThrough(FilterChain chain, Address destination) =>
        Accept(chain, destination, isSource: false);

    /// <summary>Has a chain let answers from an address through.</summary>
    public static string LetAnswerThrough(FilterChain chain, Address source) =>
        Accept(chain, source, isSource: true);

    /// <summary>Has a chain let a check through, or the answer to it, and nothing else.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="packet">The check or the answer: its other end is the address that is asked.</param>
    /// <param name="isAnswer">The answer.</param>
    public static string LetCheckThrough(FilterChain chain, FilteredPacket packet, bool isAnswer)
    {
        string protocol = packet.Protocol switch
        {
            IpProtocol.Tcp => "tcp",
            IpProtocol.Udp => "udp",
            IpProtocol.Sctp => "sctp",
            IpProtocol.Icmp => "icmp",
            _ => "icmpv6",
        };
        ushort? port = isAnswer ? packet.SourcePort : packet.DestinationPort;
        string ports = port is null ? "" : $"{(isAnswer ? "sport" : "dport")} {port}";
        string condition = chain.IsLegacy ? $" -p {protocol}{(port is null ? "" : $" --{ports}")}"
            : port is null ? $" meta l4proto {(protocol == "icmpv6" ? "ipv6-icmp" : protocol)}"
            : $" {protocol} {ports}";
        return Accept(chain, isAnswer ? packet.Source!.Value : packet.Destination, isAnswer, condition);
    }

    /// <summary>Has a chain made by hand let through what the fast path has decided.</summary>
    /// <param name="chain">It queues packets.</param>
    /// <param name="mask">The bits of marks that the balancer writes.</param>
    /// <param name="marks">Those of targets: all that iptables can ask for, and none of its chains may hold what it
    /// cannot.</param>
    public static string PassDecided(FilterChain chain, MarkMask mask, IEnumerable<int> marks) =>
        chain is { Family: "ip" or "ip6", Name: "PREROUTING" }
            ? string.Join(" && ", marks.Select(mark =>
                $"{(chain.Family == "ip" ? "iptables" : "ip6tables")} -t {chain.Table} -I PREROUTING "
                    + $"-m mark --mark {mark}{(mask.IsAll ? "" : $"/{mask}")} -j ACCEPT"))
            : $"nft insert rule {chain} meta priority 6e66:7100 accept";

    /// <summary>Takes a routing rule away.</summary>
    public static string Delete(RoutingRule rule) => $"ip {Family(rule.Family)} rule del {rule.Words}";

    /// <summary>Has the reverse path filter of a link let packets through that it drops.</summary>
    /// <param name="link">By its name.</param>
    /// <param name="isLedBack">Some link leads back to where they come from, which is all that a loose filter asks.
    /// Else it has to go; the kernel takes the greater of the link's value and that for all.</param>
    public static string Loosen(string link, bool isLedBack) => isLedBack
        ? $"sysctl -w net/ipv4/conf/{link}/rp_filter=2"
        : $"sysctl -w net/ipv4/conf/all/rp_filter=0 net/ipv4/conf/{link}/rp_filter=0";

    /// <summary>Leaves packets for an address out of a chain that queues them, and queues them by a rule of our own.
    /// </summary>
    public static string QueueInstead(FilterChain chain, Address destination, string queues) =>
        $"{LetThrough(chain, destination)} && {QueueAt(destination.ToPlainString(), queues)}";

    /// <summary>Takes a route away.</summary>
    /// <param name="route">As it was listed.</param>
    /// <param name="link">The name of its link; null where it has none.</param>
    /// <remarks>One whose gateways are told apart from it is found by all else.</remarks>
    public static string Delete(Route route, string? link)
    {
        string words = (route with { Link = null, Gateway = route.IsMultipath ? null : route.Gateway }).Words;
        string dev = link is null || route.IsMultipath ? "" : $" dev {link}";
        return $"ip {Family(route.Family)} route del {words}{dev}";
    }

    /// <summary>Leads a mark to a table.</summary>
    public static string Lead(IpFamily family, uint mark, MarkMask mask, RoutingTable table) =>
        $"ip {Family(family)} rule add fwmark {(mask.IsAll ? $"{mark}" : $"{mark}/{mask}")} lookup {table.Id}";

    /// <summary>Has a link ask for addresses, and tell its own.</summary>
    public static string ArpOn(string link) => $"ip link set {link} arp on";

    /// <summary>Takes an address from a link of this host.</summary>
    public static string Delete(InterfaceAddress own, string link) =>
        $"ip address del {own.Address.ToPlainString()}/{own.PrefixLength} dev {link}";

    /// <summary>Makes a pool that is gone, with what was in it as far as that is known.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="isDesired">It is asked for.</param>
    /// <param name="marks">Those of its targets.</param>
    public static string MakePool(PoolState pool, bool isDesired, IReadOnlyList<uint> marks)
    {
        string away = pool.IsNoPool ? $"rm /dev/shm/{pool.Name} && " : "";
        string size = marks.Count > DefaultSlots ? $" --N={marks.Count} --M={100 * marks.Count}" : "";
        string fill = marks.Count > 0 ? $" && {Activate(pool.Name, marks)}" : "";
        return away + (isDesired ? ApplyAgain : $"nfqlb init --shm={pool.Name}{size}{fill}");
    }

    /// <summary>Puts targets into a pool.</summary>
    public static string Activate(PoolName pool, IEnumerable<uint> marks) =>
        $"nfqlb activate --shm={pool} {string.Join(' ', marks)}";

    /// <summary>Takes a target out of its pool, so that others get its packets.</summary>
    public static string TakeOut(string pool, FirewallMark mark) => $"nfqlb deactivate --shm={pool} {mark}";

    private static string Accept(FilterChain chain, Address address, bool isSource, string condition = "") =>
        chain.IsLegacy
            ? $"{chain.Family}tables-legacy -t {chain.Table} -I {chain.Name} {(isSource ? "-s" : "-d")} "
                + $"{address.ToPlainString()}{condition} -j ACCEPT"
            : $"nft insert rule {chain} {(address.IsIpv4 ? "ip" : "ip6")} {(isSource ? "saddr" : "daddr")} "
                + $"{address.ToPlainString()}{condition} accept";

    /// <summary>As one word of a shell.</summary>
    private static string Quoted(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || "/._,:@%+=-".Contains(character))
            ? text : $"'{PlainText.Visible(text).Replace("'", @"'\''")}'";

    private static string Family(IpFamily family) => family == IpFamily.Ipv4 ? "-4" : "-6";
}
