using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>One flow, the smallest part of the index.</summary>
/// <remarks>Holds whatever a packet of most flows needs, so that nothing else of the flow is looked at in memory. What
/// the way to a rule has settled already is not asked again.</remarks>
internal sealed class Rule : RuleNode
{
    private readonly Dimension _next;
    private readonly Question _question;
    private readonly bool _isForIpv4;
    private readonly bool _acceptsPing;
    private readonly Protocols _protocols;
    private readonly ushort _firstPort;
    private readonly ushort _lastPort;

    /// <param name="entry">The flow.</param>
    /// <param name="next">By what to split when more flows come to stand here; all before it is settled.</param>
    public Rule(FlowEntry entry, Dimension next)
    {
        var flow = entry.Flow;
        bool isServiceSettled = next > Dimension.Service && Dimension.Service.Settles(flow);
        _isForIpv4 = flow.Sources is [var source] && source == Cidr.Ipv4;
        bool isSourceSettled =
            flow.Sources.IsEmpty || _isForIpv4 || (next > Dimension.Source && Dimension.Source.Settles(flow));
        _next = next;
        _question = QuestionOf(flow, isServiceSettled, isSourceSettled);
        _acceptsPing = isSourceSettled && entry.Pool is not null;
        _protocols = flow.Protocols;
        (_firstPort, _lastPort) = flow.DestinationPorts is [var range] ? range : new PortRange(0, ushort.MaxValue);
        Best = entry.Rank;
        Entry = entry;
        Pool = entry.Pool;
        Counter = entry.Counter;
        Hash = flow.Hash;
    }

    /// <summary>What is left to ask of a packet.</summary>
    private enum Question : byte
    {
        Nothing,

        /// <summary>Protocol and one range of destination ports.</summary>
        Service,

        /// <summary>The flow itself must be asked.</summary>
        Everything,
    }

    public override FlowRank Best { get; }

    public FlowEntry Entry { get; }

    public TargetPool? Pool { get; }

    public FlowCounter Counter { get; }

    public HashRule Hash { get; }

    public override RuleNode With(FlowEntry entry) => RuleList.Of(this, _next).With(entry);

    public override RuleNode? Without(FlowEntry entry) => null;

    public override Rule? Find(in FlowQuery query, Rule? found) => Accepts(query) ? this : found;

    public bool Accepts(in FlowQuery query)
    {
        // From 0.0.0.0/0, as many flows are: no reason to look at the flow itself.
        if (_isForIpv4 && !query.Source.IsIpv4)
        {
            return false;
        }
        if (query.IsByAddresses)
        {
            return _acceptsPing || query.IsAcceptedBy(Entry);
        }
        return _question switch
        {
            Question.Nothing => true,
            Question.Service => query.DestinationPort >= _firstPort
                && query.DestinationPort <= _lastPort
                && _protocols.Includes(query.Protocol),
            _ => query.IsAcceptedBy(Entry),
        };
    }

    private static Question QuestionOf(Flow flow, bool isServiceSettled, bool isSourceSettled)
    {
        if (!isSourceSettled || !flow.SourcePorts.IsAny || !flow.Matches.IsEmpty)
        {
            return Question.Everything;
        }
        if (isServiceSettled)
        {
            return Question.Nothing;
        }
        return flow.DestinationPorts.Count <= 1 ? Question.Service : Question.Everything;
    }
}
