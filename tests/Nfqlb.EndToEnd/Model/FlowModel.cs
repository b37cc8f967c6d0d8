using System.Net;

namespace Nfqlb.EndToEnd.Model;

/// <summary>A flow rule. An empty list matches everything.</summary>
internal sealed record FlowModel(string Name, string Pool)
{
    public int Priority { get; init; }

    /// <summary>Names, as typed: tcp, udp, sctp.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    public IReadOnlyList<string> Destinations { get; init; } = [];

    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Ports and ranges, as typed: 80, 200-300.</summary>
    public IReadOnlyList<string> DestinationPorts { get; init; } = [];

    public IReadOnlyList<string> SourcePorts { get; init; } = [];

    /// <summary>The UDP port at which SCTP may come inside UDP; the flow is asked about the packet inside.</summary>
    public int? UdpEncapsulation { get; init; }

    /// <summary>The words of the command that defines this flow.</summary>
    public IReadOnlyList<string> SetCommand =>
    [
        "flow-set", $"--name={Name}", $"--target={Pool}", $"--prio={Priority}",
        .. Option("protocols", Protocols), .. Option("dsts", Destinations), .. Option("srcs", Sources),
        .. Option("dports", DestinationPorts), .. Option("sports", SourcePorts),
        .. Option("udpencap", UdpEncapsulation is { } port ? [$"{port}"] : []),
    ];

    public bool Matches(PacketTuple packet) =>
        MatchesAddresses(packet)
        && (Protocols.Count == 0 || Protocols.Any(name => NumberOf(name) == packet.Protocol))
        && MatchesPort(DestinationPorts, packet, packet.DestinationPort)
        && MatchesPort(SourcePorts, packet, packet.SourcePort);

    /// <summary>All that is asked of an echo request under `--promiscuous_ping`.</summary>
    public bool MatchesAddresses(PacketTuple packet) =>
        (Destinations.Count == 0 || Destinations.Any(cidr => Contains(cidr, packet.Destination)))
        && (Sources.Count == 0 || Sources.Any(cidr => Contains(cidr, packet.Source)));

    private static bool MatchesPort(IReadOnlyList<string> ranges, PacketTuple packet, ushort port) =>
        ranges.Count == 0 || packet.HasPorts && ranges.Any(range =>
        {
            int[] ends = [.. range.Split('-').Select(int.Parse)];
            return ends[0] <= port && port <= ends[^1];
        });

    private static bool Contains(string cidr, IPAddress address) => IPNetwork.Parse(cidr).Contains(address);

    private static byte NumberOf(string protocol) => protocol switch
    {
        "tcp" => PacketTuple.Tcp,
        "udp" => PacketTuple.Udp,
        "sctp" => PacketTuple.Sctp,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "no protocol with ports"),
    };

    private static IEnumerable<string> Option(string name, IReadOnlyList<string> values) =>
        values.Count == 0 ? [] : [$"--{name}={string.Join(',', values)}"];
}
