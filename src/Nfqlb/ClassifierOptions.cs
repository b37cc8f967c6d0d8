using Nfqlb.Fragments;
using Nfqlb.Maglev;
using Nfqlb.Tracing;

namespace Nfqlb;

/// <summary>What holds for a classifier's whole life.</summary>
public sealed record ClassifierOptions
{
    /// <summary>Monotonic time in nanoseconds; asked at most once a batch.</summary>
    public required Func<long> Clock { get; init; }

    /// <summary>What of an SCTP packet is hashed.</summary>
    public HashMode HashMode { get; init; } = HashMode.SctpPorts;

    /// <summary>Echo requests are accepted by any flow with their addresses.</summary>
    public bool IsPromiscuousPing { get; init; }

    /// <summary>The mark of packets whose flow has a pool without targets; null to drop them.</summary>
    public FirewallMark? NoTargetsMark { get; init; }

    /// <summary>The mark of packets that no flow accepts; null to drop them.</summary>
    public FirewallMark? NoFlowMark { get; init; }

    /// <summary>What is remembered of fragmented packets; shared by all workers.</summary>
    public FragmentTable Fragments { get; init; } = new(new FragmentTableOptions(), null);

    /// <summary>Where packets are shown to those who watch; shared by all workers.</summary>
    public PacketTap Tap { get; init; } = new(workers: 0, snapBytes: 0);

    /// <summary>The balancers among which fragments are spread by their addresses, so that all of a packet meet; null
    /// where this balancer is the only one, or is behind something that keeps them together.</summary>
    public TargetPool? BalancerTier { get; init; }

    /// <summary>The fragments that other balancers of the tier got; shared by all workers.</summary>
    public PassedOnFragments PassedOn { get; init; } =
        new(new FragmentTableOptions { Size = 1, ExtraEntries = 0 });
}
