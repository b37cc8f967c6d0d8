using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>A flow as it stands in a list of candidates: what most flows ask, without a further look at memory.</summary>
/// <remarks>Only for packets whose destination is known to be accepted.</remarks>
internal readonly struct Rule
{
    private readonly Protocols _protocols;
    private readonly ushort _firstPort;
    private readonly ushort _lastPort;

    /// <summary>Protocols and one range of destination ports are all that the flow asks beside the destination.</summary>
    private readonly bool _isPlain;

    public Rule(FlowEntry entry)
    {
        var flow = entry.Flow;
        Entry = entry;
        Rank = entry.Rank;
        _protocols = flow.Protocols;
        _isPlain = flow is { Sources.IsEmpty: true, SourcePorts.IsAny: true, Matches.IsEmpty: true }
            && flow.DestinationPorts.Count <= 1;
        (_firstPort, _lastPort) = flow.DestinationPorts is [var range] ? range : new PortRange(0, ushort.MaxValue);
    }

    public FlowRank Rank { get; }

    public FlowEntry Entry { get; }

    public bool Accepts(in FlowQuery query)
    {
        if (!_isPlain || query.IsByAddresses)
        {
            return query.IsAcceptedBy(Entry);
        }
        return query.DestinationPort >= _firstPort
            && query.DestinationPort <= _lastPort
            && _protocols.Includes(query.Protocol);
    }
}
