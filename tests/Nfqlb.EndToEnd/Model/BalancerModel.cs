namespace Nfqlb.EndToEnd.Model;

/// <summary>A whole balancer, as far as whole packets go: which mark does this packet leave with?</summary>
internal sealed class BalancerModel
{
    private readonly List<FlowModel> _flows = [];

    public Dictionary<string, PoolModel> Pools { get; } = [];

    public HashMode HashMode { get; init; } = HashMode.SctpPortsOnly;

    public bool PromiscuousPing { get; init; }

    /// <summary>The mark of packets whose pool has no target; null drops them.</summary>
    public int? NoTargetsMark { get; init; }

    /// <summary>The mark of packets that match no flow; null drops them.</summary>
    public int? NoFlowMark { get; init; }

    /// <summary>In the order of their definition.</summary>
    public IReadOnlyList<FlowModel> Flows => _flows;

    public void SetFlow(FlowModel flow) => _flows.Add(flow);

    /// <summary>What flowlb has to be told at its start to do as this model.</summary>
    public IReadOnlyList<string> FlowlbOptions =>
    [
        $"--hash_mode={(int)HashMode}",
        $"--notargets_fwmark={NoTargetsMark ?? -1}",
        $"--nolb_fwmark={NoFlowMark ?? -1}",
        .. PromiscuousPing ? (string[])["--promiscuous_ping"] : [],
    ];

    /// <summary>The flow a packet belongs to: the first of the highest priority that matches.</summary>
    public FlowModel? FlowOf(PacketTuple packet) => _flows
        .OrderByDescending(flow => flow.Priority) // stable: equal priorities stay in the order of definition
        .FirstOrDefault(flow =>
            flow.Matches(packet) || PromiscuousPing && packet.IsEcho && flow.MatchesAddresses(packet));

    /// <summary>The mark a packet leaves the balancer with, or null where it ends there.</summary>
    public int? MarkOf(PacketTuple packet) =>
        FlowOf(packet) is { } flow
            ? Pools[flow.Pool].MarkFor(FlowHash.Of(packet, HashMode)) ?? NoTargetsMark
            : NoFlowMark;
}
