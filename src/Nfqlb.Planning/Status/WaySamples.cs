using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Packets that stand for all that flows accept, as far as rules, routes and filters tell them apart.
/// </summary>
/// <remarks>Each address, source block, protocol and range of ports of a flow is met once; and of each rule, route and
/// filter of others, with all that it asks together, a packet that some flow accepts.</remarks>
internal sealed class WaySamples
{
    /// <summary>Documentation addresses (RFC 5737, RFC 3849): somebody far away.</summary>
    public static readonly Address Client4 = Address.FromIpv4(0xc6336407), Client6 = new(0x20010db8_00000000, 7);

    /// <summary>How many pairs of a flow and a rule are looked at.</summary>
    private const int MostPairs = 1_000_000;

    private static readonly IpProtocol[] Named = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp];

    private readonly IReadOnlyList<Flow> _flows;
    private readonly IReadOnlyList<Cidr> _vips;
    private readonly NetworkState _network;
    private readonly List<Distinction> _distinctions;
    private readonly BlockIndex<object> _sources = new(), _destinations = new(), _queued = new(), _virtual = new();
    private readonly SortedSet<int> _portCuts = [];
    private readonly int[] _cuts;
    private bool _hasTransport;

    /// <param name="host">As it was at one look.</param>
    /// <param name="flows">Those in force.</param>
    public WaySamples(HostSnapshot host, IReadOnlyList<Flow> flows)
    {
        _flows = flows;
        _vips = host.Vips.Or(QueuedVips.None).Vips;
        _network = host.Network.Or(new NetworkState());
        var filters = new FilterSet(host.Filters.Or([]));
        _distinctions =
        [
            .. Distinction.Of(_network.Ipv4Rules.Concat(_network.Ipv6Rules).Where(rule => !Ownership.IsOurs(rule))),
            .. Distinction.Of(_network.Routes), .. Distinction.Of(host.Policies.Or([])),
            .. Distinction.Of(filters, FilterHook.Ingress), .. Distinction.Of(filters, FilterHook.Prerouting),
            .. Distinction.Of(filters, FilterHook.Forward), .. Distinction.Of(filters, FilterHook.Postrouting),
            .. Distinction.Of(filters, FilterHook.Egress),
        ];
        foreach (var rule in _network.Ipv4Rules.Concat(_network.Ipv6Rules))
        {
            Look(rule.From, rule.To, rule.SourcePorts, rule.DestinationPorts);
            _hasTransport |= rule.Transport is not null;
        }
        foreach (var policy in host.Policies.Or([]))
        {
            Look(policy.From, policy.To, policy.SourcePorts, policy.DestinationPorts);
            _hasTransport |= policy.Protocol is not null;
        }
        foreach (var route in _network.Routes)
        {
            Look(null, route.Destination, null, null);
        }
        foreach (var rule in host.Filters.Or([]).SelectMany(chain => chain.Rules))
        {
            foreach (var condition in rule.Conditions)
            {
                Look(condition);
            }
        }
        foreach (var vip in _vips)
        {
            _queued.Add(vip, this);
            _virtual.Add(vip, this);
        }
        foreach (var block in flows.SelectMany(flow => flow.Destinations))
        {
            if (block.PrefixLength > (block.Base.IsIpv4 ? Cidr.Ipv4.PrefixLength : 0))
            {
                _virtual.Add(block, this);
            }
        }
        _virtual.Sort();
        _cuts = [.. _portCuts];
    }

    /// <summary>Not all pairs were looked at.</summary>
    public bool IsCut { get; private set; }

    /// <summary>One of each kind that flows name.</summary>
    public IEnumerable<WaySample> OfFlows() => _flows.SelectMany(OfFlow);

    /// <summary>One for each rule, route and filter of others that some flow's packets meet.</summary>
    public IEnumerable<WaySample> OfRules() => Meeting(_distinctions);

    /// <summary>One for each of them that answers to some flow's packets meet, which have no mark. No client has a port
    /// of those below 1024.</summary>
    public IEnumerable<WaySample> OfAnswers() => Meeting(_distinctions
        .Where(asked => asked is { Table: null, DestinationPorts: not { Last: < 1024 } }
            && asked.Mark?.Matches(0) != false)
        .Select(asked => asked.Reversed));

    private IEnumerable<WaySample> Meeting(IEnumerable<Distinction> distinctions)
    {
        var byDestination = new BlockIndex<Flow>();
        foreach (var flow in _flows)
        {
            foreach (var block in flow.Destinations)
            {
                byDestination.Add(block, flow);
            }
        }
        byDestination.Sort();
        Flow[] open = [.. _flows.Where(flow => flow.Destinations.IsEmpty)];
        int pairs = 0;
        foreach (var asked in distinctions)
        {
            var flows = asked.To is { } to ? byDestination.Touching(to).Concat(open) : _flows;
            foreach (var flow in flows)
            {
                if (++pairs > MostPairs)
                {
                    IsCut = true;
                    yield break;
                }
                foreach (bool isIpv4 in (bool[])[true, false])
                {
                    if (asked.IsIpv4 != !isIpv4 && Meeting(flow, asked, isIpv4) is { } sample)
                    {
                        yield return sample;
                    }
                }
            }
        }
    }

    /// <summary>Packets of one kind are treated alike, but for their marks.</summary>
    public WayKind KindOf(FilteredPacket packet) => new(
        packet.Destination.IsIpv4, _queued.Narrowest(packet.Destination) is not null,
        _destinations.Narrowest(packet.Destination), packet.Source is { } source ? _sources.Narrowest(source) : null,
        _hasTransport ? packet.Protocol : null, ClassOf(packet.SourcePort), ClassOf(packet.DestinationPort));

    /// <summary>Between which numbers a port lies where rules begin and end; -1 for none.</summary>
    private int ClassOf(ushort? port)
    {
        int at = port is { } known ? Array.BinarySearch(_cuts, known) : -1;
        return port is null ? -1 : at < 0 ? ~at : at + 1;
    }

    private void Look(FilterCondition condition)
    {
        switch (condition)
        {
            case AddressCondition { IsSource: true, Block: var block }: Look(block, null, null, null); break;
            case AddressCondition { Block: var block }: Look(null, block, null, null); break;
            case PortCondition { First: var first, Last: var last }:
                Look(null, null, new PortRange(first, last), null);
                break;
            case ProtocolCondition: _hasTransport = true; break;
        }
    }

    private void Look(Cidr? from, Cidr? to, PortRange? sourcePorts, PortRange? destinationPorts)
    {
        if (from is { } source)
        {
            _sources.Add(source, this);
        }
        if (to is { } destination)
        {
            _destinations.Add(destination, this);
        }
        foreach (var range in (PortRange?[])[sourcePorts, destinationPorts])
        {
            if (range is { } ports)
            {
                _portCuts.Add(ports.First);
                _portCuts.Add(ports.Last + 1);
                _hasTransport = true; // Ports are those of some protocol.
            }
        }
    }

    /// <summary>A packet for each address that a flow names; where it names none, for each that we queue.</summary>
    private IEnumerable<WaySample> OfFlow(Flow flow)
    {
        foreach (bool isIpv4 in (bool[])[true, false])
        {
            if (SourceOf(flow, isIpv4) is not { } source)
            {
                continue;
            }
            WaySample? first = null;
            foreach (var block in BlocksOf(flow))
            {
                if (block.Base.IsIpv4 == isIpv4)
                {
                    var sample = new WaySample(flow, new FilteredPacket(block.Base)
                    {
                        Source = source,
                        Protocol = ProtocolsOf(flow).Select(protocol => (IpProtocol?)protocol).FirstOrDefault(),
                        SourcePort = flow.SourcePorts.IsAny ? null : flow.SourcePorts[0].First,
                        DestinationPort = flow.DestinationPorts.IsAny ? null : flow.DestinationPorts[0].First,
                        Mark = 0,
                    });
                    first ??= sample;
                    yield return sample;
                }
            }
            if (first is not null)
            {
                foreach (var other in Variants(first))
                {
                    yield return other;
                }
            }
        }
    }

    private static IEnumerable<WaySample> Variants(WaySample first)
    {
        var flow = first.Flow;
        foreach (var protocol in ProtocolsOf(flow).Skip(1))
        {
            yield return first with { Packet = first.Packet with { Protocol = protocol } };
        }
        foreach (var range in flow.DestinationPorts)
        {
            yield return first with { Packet = first.Packet with { DestinationPort = range.First } };
            yield return first with { Packet = first.Packet with { DestinationPort = range.Last } };
        }
        foreach (var range in flow.SourcePorts)
        {
            yield return first with { Packet = first.Packet with { SourcePort = range.First } };
            yield return first with { Packet = first.Packet with { SourcePort = range.Last } };
        }
        foreach (var source in flow.Sources)
        {
            if (source.Base.IsIpv4 == first.Packet.Destination.IsIpv4)
            {
                yield return first with { Packet = first.Packet with { Source = HostIn(source) } };
            }
        }
    }

    private static IEnumerable<IpProtocol> ProtocolsOf(Flow flow)
    {
        foreach (var protocol in Named)
        {
            if (flow.Protocols != Protocols.Any && flow.Protocols.Includes(protocol))
            {
                yield return protocol;
            }
        }
    }

    private IReadOnlyList<Cidr> BlocksOf(Flow flow) => flow.Destinations.IsEmpty ? _vips : flow.Destinations;

    /// <summary>A source of the family that a flow accepts; null where it accepts none.</summary>
    private static Address? SourceOf(Flow flow, bool isIpv4)
    {
        if (flow.Sources.IsEmpty)
        {
            return isIpv4 ? Client4 : Client6;
        }
        foreach (var source in flow.Sources)
        {
            if (source.Base.IsIpv4 == isIpv4)
            {
                return HostIn(source);
            }
        }
        return null;
    }

    /// <summary>A packet of a flow that meets all that a rule asks; null where there is none.</summary>
    private WaySample? Meeting(Flow flow, Distinction asked, bool isIpv4)
    {
        bool isPart = false;
        Cidr? to = null;
        foreach (var block in BlocksOf(flow))
        {
            if (block.Base.IsIpv4 == isIpv4 && Distinction.Common(asked.To, block) is { } common)
            {
                to = common;
                break;
            }
        }
        if (to is not { } destination || SourceMeeting(flow, asked.From, isIpv4, ref isPart) is not { } source
            || asked.Protocol is { } protocol && !flow.Protocols.Includes(protocol)
            || !TryPort(flow.DestinationPorts, asked.DestinationPorts, ref isPart, out ushort? port)
            || !TryPort(flow.SourcePorts, asked.SourcePorts, ref isPart, out ushort? sourcePort))
        {
            return null;
        }
        isPart |= asked.Protocol is not null && flow.Protocols == Protocols.Any;
        var transport = asked.Protocol ?? (port is null && sourcePort is null && flow.Protocols == Protocols.Any ? null
            : ProtocolsOf(flow).DefaultIfEmpty(IpProtocol.Tcp).First());
        return new WaySample(flow, new FilteredPacket(destination.Base)
        {
            Source = source, Protocol = transport, SourcePort = sourcePort, DestinationPort = port, Mark = 0,
        })
        {
            Meets = asked,
            IsPart = isPart,
        };
    }

    private Address? SourceMeeting(Flow flow, Cidr? asked, bool isIpv4, ref bool isPart)
    {
        if (asked is not { } from)
        {
            return SourceOf(flow, isIpv4);
        }
        if (from.Base.IsIpv4 != isIpv4 || !IsClients(from))
        {
            return null;
        }
        if (flow.Sources.IsEmpty)
        {
            isPart = true;
            return HostIn(from);
        }
        foreach (var source in flow.Sources)
        {
            if (Distinction.Common(source, from) is { } common)
            {
                isPart |= common != source;
                return HostIn(common);
            }
        }
        return null;
    }

    /// <summary>Clients are neither this host nor on the links to its targets, nor have they addresses that no packet
    /// may come from, or a virtual one.</summary>
    private bool IsClients(Cidr from) =>
        IsSource(from.Base)
        && !_network.Addresses.Any(own => from.Contains(own.Address)
            || Cidr.Of(own.Address, own.PrefixLength + (own.Address.IsIpv4 ? 96 : 0)).Contains(from.Base))
        && !_virtual.Touching(from).Any();

    /// <summary>Not of "this" network, loopback, multicast or a link alone (RFC 1122 §3.2.1.3, RFC 4291 §2.4).
    /// </summary>
    private static bool IsSource(Address address) => address.IsIpv4
        ? (uint)address.Low >> 24 is not (0 or 127 or >= 224)
        : address.High >> 56 != 0xff && address.High >> 54 != 0xfe80 >> 6 && address.High != 0;

    /// <summary>Of a network the first address is no host's.</summary>
    private static Address HostIn(Cidr block) =>
        block.Contains(Client4) && block.Base.IsIpv4 ? Client4
        : block.Contains(Client6) ? Client6
        : block.PrefixLength >= 127 ? block.Base
        : new Address(block.Base.High, block.Base.Low + 1);

    private static bool TryPort(PortSet ports, PortRange? asked, ref bool isPart, out ushort? port)
    {
        port = ports.IsAny ? null : ports[0].First;
        if (asked is not { } range)
        {
            return true;
        }
        if (ports.IsAny)
        {
            isPart = true;
            port = range.First;
            return true;
        }
        foreach (var own in ports)
        {
            if (Distinction.Common(own, range) is { } common)
            {
                port = common.First;
                return true;
            }
        }
        return false;
    }
}
