using System.Collections.Immutable;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>A flow as people and drivers write it: one text a condition, lists with commas. Null where not
/// given.</summary>
/// <remarks>The words of a complaint begin as those of nfqlb 1.2.0, then name the value and the reason.</remarks>
public sealed class FlowText
{
    /// <summary>Reads a list item; says why it can't.</summary>
    private delegate bool ItemParser<T>(string text, out T item, out string reason);

    /// <summary>Name of the flow.</summary>
    public string? Name { get; set; }

    /// <summary>Name of the pool.</summary>
    public string? Target { get; set; }

    /// <summary>A whole number from 0; 0 when not given.</summary>
    public string? Priority { get; set; }

    /// <summary>Names of protocols; none for any.</summary>
    public string? Protocols { get; set; }

    /// <summary>Destination CIDRs.</summary>
    public string? Destinations { get; set; }

    /// <summary>Source CIDRs.</summary>
    public string? Sources { get; set; }

    /// <summary>Destination ports and ranges.</summary>
    public string? DestinationPorts { get; set; }

    /// <summary>Source ports and ranges.</summary>
    public string? SourcePorts { get; set; }

    /// <summary>Byte match statements.</summary>
    public string? Match { get; set; }

    /// <summary>UDP port of encapsulated SCTP; 0 or not given for none.</summary>
    public string? UdpEncapsulation { get; set; }

    /// <summary>Fields of the key that are hashed; all when not given.</summary>
    public string? Hash { get; set; }

    /// <summary>A flow as it would be written; what accepts everything is left out.</summary>
    public static FlowText Of(Flow flow) => new()
    {
        Name = flow.Name.Text,
        Target = flow.Target.Text,
        Priority = flow.Priority == 0 ? null : $"{flow.Priority}",
        Protocols = ListOf(flow.Protocols.Names()),
        Destinations = ListOf(flow.Destinations.Select(block => block.ToPlainString())),
        Sources = ListOf(flow.Sources.Select(block => block.ToPlainString())),
        DestinationPorts = ListOf(flow.DestinationPorts.Select(range => $"{range}")),
        SourcePorts = ListOf(flow.SourcePorts.Select(range => $"{range}")),
        Match = ListOf(flow.Matches.Select(match => $"{match}")),
        UdpEncapsulation = flow.UdpEncapsulationPort is { } port ? $"{port}" : null,
        Hash = flow.Hash.IsDefault ? null : $"{flow.Hash}",
    };

    /// <summary>The flow that this means.</summary>
    /// <exception cref="FlowException">A value is missing or bad; the message is what to answer.</exception>
    public Flow Parse()
    {
        var name = ParseName();
        if (Target is null)
        {
            throw new FlowException("FAIL: Couldn't create load-balancer: no target");
        }
        if (!PoolName.TryParse(Target, out var target, out string reason))
        {
            throw new FlowException($"FAIL: Couldn't create load-balancer: Invalid target [{Target}]: {reason}");
        }
        return Parse(name, target);
    }

    /// <summary>The flow that this means when it only selects packets: it has no target.</summary>
    /// <exception cref="FlowException">A value is missing or bad; the message is what to answer.</exception>
    public Flow ParseWithoutTarget() => Parse(ParseName(), target: default);

    private FlowName ParseName()
    {
        if (Name is null)
        {
            throw new FlowException("FAIL: no name");
        }
        return FlowName.TryParse(Name, out var name, out string reason)
            ? name
            : throw new FlowException($"Invalid name [{Name}]: {reason}");
    }

    private Flow Parse(FlowName name, PoolName target)
    {
        var flow = new Flow
        {
            Name = name,
            Target = target,
            Priority = (int)ParseNumber("prio", Priority, int.MaxValue),
            Protocols = ParseProtocols(),
            DestinationPorts = new PortSet(ParseList<PortRange>("dports", DestinationPorts, ParsePorts)),
            SourcePorts = new PortSet(ParseList<PortRange>("sports", SourcePorts, ParsePorts)),
            Destinations = ParseList<Cidr>("dsts", Destinations, ParseCidr),
            Sources = ParseList<Cidr>("srcs", Sources, ParseCidr),
            Matches = ParseMatches(),
            UdpEncapsulationPort = ParseNumber("udpencap", UdpEncapsulation, ushort.MaxValue) is var port and > 0
                ? (ushort)port
                : null,
            Hash = ParseHash(),
        };
        if (flow.UdpEncapsulationPort is not null && flow.Protocols != Flows.Protocols.Sctp)
        {
            throw new FlowException($"FAIL: only sctp for udpencap, not [{Protocols}]");
        }
        return flow;
    }

    private static string? ListOf(IEnumerable<string> items) =>
        string.Join(',', items) is { Length: > 0 } text ? text : null;

    private static bool ParsePorts(string text, out PortRange range, out string reason) =>
        PortRange.TryParse(text, out range, out reason);

    private static bool ParseCidr(string text, out Cidr cidr, out string reason) =>
        Cidr.TryParse(text, out cidr, out reason);

    private static uint ParseNumber(string option, string? text, uint max)
    {
        if (text is null)
        {
            return 0;
        }
        return WholeNumber.TryParse(text, max, out uint number)
            ? number
            : throw new FlowException($"Invalid {option} [{text}]: must be from 0 to {max}");
    }

    private static ImmutableArray<T> ParseList<T>(string option, string? text, ItemParser<T> parser)
    {
        if (text is null)
        {
            return [];
        }
        string[] parts = text.Split(',');
        var items = ImmutableArray.CreateBuilder<T>(parts.Length);
        foreach (string part in parts)
        {
            if (!parser(part, out var item, out string reason))
            {
                throw new FlowException($"Invalid {option} [{part}]: {reason}");
            }
            items.Add(item);
        }
        return items.MoveToImmutable();
    }

    private Protocols ParseProtocols()
    {
        var protocols = Flows.Protocols.Any;
        foreach (string name in Protocols is null or "" ? [] : Protocols.Split(','))
        {
            if (!ProtocolsExtensions.TryParse(name, out var protocol))
            {
                throw new FlowException($"Invalid protocols [{name}]: must be tcp, udp or sctp");
            }
            protocols |= protocol;
        }
        return protocols;
    }

    private HashRule ParseHash()
    {
        if (Hash is null)
        {
            return default;
        }
        return HashRule.TryParse(Hash, out var rule, out string reason)
            ? rule
            : throw new FlowException($"Invalid hash [{Hash}]: {reason}");
    }

    private ImmutableArray<ByteMatch> ParseMatches()
    {
        if (Match is null)
        {
            return [];
        }
        var matches = ImmutableArray.CreateBuilder<ByteMatch>();
        foreach (string statement in Match.Split(','))
        {
            if (!ByteMatch.TryParse(statement, out var match, out string reason))
            {
                throw new FlowException($"Match [{statement}] {reason}");
            }
            matches.Add(match);
        }
        return matches.ToImmutable();
    }
}
