using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Packets;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>A flow as rules: what the kernel can ask of a packet, and whether that is all there is to ask.</summary>
/// <remarks>A packet that a flow accepts passes one of its rules. One that passes a rule is accepted by the flow,
/// unless the rule says to ask user space.</remarks>
internal sealed class FlowRules
{
    private static readonly ImmutableArray<Cidr> AnyAddress = [default];

    private readonly Flow _flow;
    private readonly ImmutableArray<Cidr> _sources;
    private readonly PortRange[] _sourcePorts;
    private readonly uint _flags;
    private readonly int _pool;
    private readonly int _counter;

    public FlowRules(FlowEntry entry, IFastPathPlaces places)
    {
        _flow = entry.Flow;
        _sources = _flow.Sources.IsEmpty ? AnyAddress : _flow.Sources;
        _sourcePorts = _flow.SourcePorts.IsAny ? [RuleRecord.AnyPort] : [.. _flow.SourcePorts];
        DestinationPorts = _flow.DestinationPorts.IsAny ? [RuleRecord.AnyPort] : [.. _flow.DestinationPorts];
        _flags = ProtocolsOf(_flow.Protocols);
        int? pool = entry.Pool is null ? null : places.PlaceOf(entry.Pool);
        int? counter = places.PlaceOf(entry.Counter);
        // Bytes of the transport header, SCTP inside UDP, which is what a flow without a pool catches, and a hash of
        // less than the whole key.
        if (pool is null || counter is null || !_flow.Matches.IsEmpty || !_flow.Hash.IsDefault)
        {
            _flags |= FASTPATH_RULE_ASK;
            return;
        }
        _pool = pool.Value;
        _counter = counter.Value;
    }

    /// <summary>FASTPATH_RULE_FOR_PROTOCOL of each that packets of it can be of.</summary>
    public uint Protocols => _flags & ~FASTPATH_RULE_ASK;

    /// <summary>Ranges by rising ports; one that holds every port where the flow names none.</summary>
    public PortRange[] DestinationPorts { get; }

    /// <summary>Whether packets of a protocol can be the flow's.</summary>
    /// <param name="protocol">FASTPATH_TCP, ...</param>
    public bool IsFor(int protocol) => (_flags & FASTPATH_RULE_FOR_PROTOCOL << protocol) != 0;

    /// <summary>The range that holds a port, which is one of the flow's.</summary>
    public PortRange PortsAround(int port)
    {
        int low = 0;
        for (int high = DestinationPorts.Length - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = DestinationPorts[middle].First <= port ? (middle, high) : (low, middle - 1);
        }
        return DestinationPorts[low];
    }

    /// <summary>Adds rules to a list, as many as there is room for.</summary>
    /// <param name="chain">The list.</param>
    /// <param name="destination">A block of the flow's.</param>
    /// <param name="ports">A range of the flow's.</param>
    /// <param name="cell">What of all packets comes to this list.</param>
    /// <returns>False when nothing may follow: no packet that comes here passes all of these, or the list is full.
    /// </returns>
    public bool AddTo(List<RuleRecord> chain, Cidr destination, PortRange ports, Cell cell)
    {
        foreach (var source in _sources)
        {
            foreach (var sourcePorts in _sourcePorts)
            {
                if (chain.Count == FASTPATH_RULES_MAX)
                {
                    return false;
                }
                chain.Add(new RuleRecord(source, destination, ports, sourcePorts, _flags, _pool, _counter));
                if (sourcePorts == RuleRecord.AnyPort && cell.IsWithin(ports) && cell.ComesFrom(source))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static uint ProtocolsOf(Protocols protocols) =>
        (protocols.Includes(IpProtocol.Tcp) ? FASTPATH_RULE_FOR_PROTOCOL << FASTPATH_TCP : 0)
        | (protocols.Includes(IpProtocol.Udp) ? FASTPATH_RULE_FOR_PROTOCOL << FASTPATH_UDP : 0)
        | (protocols.Includes(IpProtocol.Sctp) ? FASTPATH_RULE_FOR_PROTOCOL << FASTPATH_SCTP : 0);
}
