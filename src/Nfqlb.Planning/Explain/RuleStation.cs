using System.Text.Json;
using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Which routing rule its mark leads it by.</summary>
/// <param name="Walk">Through the rules.</param>
/// <param name="Mark">The packet's.</param>
/// <param name="IsLocal">Its destination is an address of this host.</param>
public sealed record RuleStation(RuleWalk Walk, uint Mark, bool IsLocal) : Station
{
    /// <inheritdoc/>
    public override string Name => "rule";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            var lines = new List<string>();
            foreach (var rule in Walk.Passed)
            {
                if (rule.Fwmark is not null)
                {
                    lines.Add($"{rule}: no route there, so the next rule follows");
                }
            }
            foreach (var rule in NotChecked)
            {
                lines.Add($"{rule} may lead it elsewhere: not checked");
            }
            lines.Add(Walk.Found is { } found ? $"{found}"
                : IsLed ? "one that is not known here"
                : "none that is known");
            lines.Add($"{Walk.Steps} rules walked");
            return lines;
        }
    }

    /// <summary>Rules that may lead some such packets elsewhere, by conditions that are not known here.</summary>
    public IEnumerable<RoutingRule> NotChecked => Walk.Doubtful.Where(rule =>
        rule.TellsPacketsApart && (Walk.Found is null || rule.Action != Walk.Found.Action));

    /// <summary>The kernel leads it to a route.</summary>
    public bool IsLed { get; init; }

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { IsLocal: true } => "it is an address of this host, and is delivered here",
        { Walk.Found: null, IsLed: true } => null,
        { Walk.Found: null } => $"no rule leads mark {Mark} to a route: it is dropped",
        { Behind: { } behind, Walk.Found: { } found } => $"[{found.Words}] goes before [{behind.Words}]",
        { Walk.Found.Fwmark: null } => $"no rule leads mark {Mark} to a target: it goes where unmarked packets go",
        _ => null,
    };

    /// <summary>The rule of its mark, behind the one that decides; null for none.</summary>
    public RoutingRule? Behind { get; init; }

    /// <summary>What mends it; null for nothing that is known here.</summary>
    public string? Other { get; init; }

    /// <inheritdoc/>
    public override string? Remedy => End is null ? null : Other;

    /// <summary>Walks through the rules of its family.</summary>
    /// <param name="packet">The packet, with its mark and the link it came by.</param>
    /// <param name="answer">The way that the kernel gives.</param>
    /// <param name="network">The rules, and the routes of their tables.</param>
    /// <param name="marked">Who is to get it.</param>
    public static RuleStation Of(
        FilteredPacket packet, RouteAnswer answer, NetworkState network, MarkedTarget marked)
    {
        bool isIpv4 = packet.Destination.IsIpv4;
        var family = isIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        uint mark = packet.Mark!.Value;
        var rules = network.RulesOf(family);
        var walk = RuleWalk.Of(
            rules, packet, table => network.HasRoute(family, table, packet.Destination, answer));
        if (packet.Protocol is { } protocol && !IsAsked(protocol))
        {
            walk = walk with { Doubtful = [.. walk.Doubtful, .. walk.Passed.Where(LooksAtTransport)] };
        }
        var behind = walk.Found is { } found ? BehindOf(found, rules, mark, marked) : null;
        return new RuleStation(walk, mark, answer.Type == RouteType.Local)
        {
            Behind = behind,
            IsLed = answer.Route is { Type: RouteType.Unicast },
            Other = answer.Type == RouteType.Local ? RemedyOfLocal(packet.Destination, network)
                // What asks for more than is known here may be for other packets, and is not to be deleted.
                : behind is not null ? walk.Found!.HasOtherConditions ? null : Objects.Remedy.Delete(walk.Found)
                : RemedyOfMissing(family, network, marked),
        };
    }

    /// <summary>The kernel takes questions about no other protocol (rtm_getroute_parse_ip_proto).</summary>
    public static bool IsAsked(IpProtocol protocol) =>
        protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.Icmpv6;

    private static bool LooksAtTransport(RoutingRule rule) =>
        rule.Transport is not null || rule.SourcePorts is not null || rule.DestinationPorts is not null;

    /// <summary>A rule that is for the mark and stands behind the one that decides about all packets, or, where it is
    /// known which table is right, about this one.</summary>
    private static RoutingRule? BehindOf(
        RoutingRule found, IReadOnlyList<RoutingRule> rules, uint mark, MarkedTarget marked)
    {
        bool isRight = found.Action.Table is { } decided
            && (marked.Target is { } target ? decided.Id == target.Table : found.Fwmark is not null);
        return isRight ? null : rules.SkipWhile(rule => rule != found).Skip(1).FirstOrDefault(rule =>
            rule.Fwmark is { } match && match.Matches(mark) && !rule.IsInverted && rule.Action.Table is { } table
            && (marked.Target is null || marked.Target.Table == table.Id));
    }

    private static string? RemedyOfLocal(Address destination, NetworkState network) =>
        network.Addresses.FirstOrDefault(own => own.Address == destination) is { } own
            && network.Find(own.Link) is { } link
            ? Objects.Remedy.Delete(own, link.Name)
            : null;

    /// <summary>By custom a mark has the table of its number.</summary>
    private static string? RemedyOfMissing(IpFamily family, NetworkState network, MarkedTarget marked)
    {
        var table = new RoutingTable((uint)marked.Mark.Value);
        bool hasWay = network.Routes.Any(route =>
            route.Family == family && route.Table == table && route.Type == RouteType.Unicast);
        return marked.Target is null && hasWay
            ? Objects.Remedy.Lead(family, (uint)marked.Mark.Value, marked.Mask, table)
            : marked.Remedy;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        if (Walk.Found is { } found)
        {
            json.WriteNumber("priority", found.Priority);
            json.WriteString("rule", $"{found}");
        }
        json.WriteNumber("steps", Walk.Steps);
        json.WriteStartArray("not_checked");
        foreach (var rule in NotChecked)
        {
            json.WriteStringValue($"{rule}");
        }
        json.WriteEndArray();
        json.WriteStartArray("passed");
        foreach (var rule in Walk.Passed)
        {
            json.WriteStringValue($"{rule}");
        }
        json.WriteEndArray();
    }
}
