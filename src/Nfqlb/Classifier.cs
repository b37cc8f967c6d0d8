using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>Packet in, verdict out: the one place that knows packets, flows and pools together.</summary>
/// <remarks>One instance a worker; not thread-safe by design. Nothing here allocates, locks, logs or throws.</remarks>
/// <param name="worker">Which worker this is, from 0; counts are kept by worker.</param>
/// <param name="flows">Where the flows in force are found.</param>
/// <param name="options">What holds for the whole life.</param>
public sealed class Classifier(int worker, FlowTable flows, ClassifierOptions options)
{
    private readonly FragmentTable _fragments = options.Fragments;
    private FlowSet _flows = flows.Current;
    private long _now;

    /// <summary>What became of the packets so far.</summary>
    public ClassifierCounters Counters { get; } = new();

    /// <summary>Takes the flows that hold for the packets up to the next call.</summary>
    /// <param name="nowNanoseconds">Monotonic time.</param>
    public void StartBatch(long nowNanoseconds)
    {
        _flows = flows.Current;
        _now = nowNanoseconds;
    }

    /// <summary>Decides one packet.</summary>
    /// <param name="bytes">From the first byte of the IP header; may be cut short by the queue's copy range.</param>
    public Verdict Classify(ReadOnlySpan<byte> bytes)
    {
        var unparsable = Packet.TryParse(bytes, out var packet);
        if (unparsable != Unparsable.None)
        {
            Counters.CountUnparsable(unparsable);
            return Verdict.Drop;
        }
        return packet.Part == FragmentPart.Whole ? Balance(packet, bytes) : ClassifyFragment(packet, bytes);
    }

    private Verdict ClassifyFragment(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        // By the addresses alone, which every fragment has.
        if (options.BalancerTier?.FindOther(FlowHash.OfAddresses(packet.Key), worker) is { } balancer)
        {
            Counters.CountFragment(FragmentOutcome.ToOtherBalancer);
            return Verdict.Accept(balancer);
        }
        Verdict verdict;
        FragmentOutcome outcome;
        var fragment = Fragment.Of(packet, bytes);
        if (packet.Part == FragmentPart.First)
        {
            verdict = Balance(packet, bytes);
            outcome = _fragments.AddFirst(fragment, verdict, _now);
        }
        else
        {
            outcome = _fragments.AddLater(fragment, bytes, _now, out verdict);
        }
        Counters.CountFragment(outcome);
        return outcome == FragmentOutcome.Passed ? verdict : Verdict.Drop;
    }

    private Verdict Balance(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        if (!_flows.TryFind(packet, bytes, options.IsPromiscuousPing, out var match))
        {
            Counters.CountWithoutFlow();
            return Verdict.AcceptOrDrop(options.NoFlowMark);
        }
        match.Counter.Increment(worker);
        return match.Pool is { } pool
            ? ToTarget(pool.Find(options.HashMode.Hash(packet.Key), worker))
            : BalanceEncapsulated(packet, bytes);
    }

    /// <summary>A helper flow has caught UDP that carries SCTP: the packet inside decides.</summary>
    private Verdict BalanceEncapsulated(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        var unparsable = packet.TryDecapsulateSctp(bytes, out var sctp);
        if (unparsable != Unparsable.None)
        {
            Counters.CountUnparsable(unparsable);
            return Verdict.Drop;
        }
        // No helper flow accepts SCTP, so this ends here.
        return Balance(sctp, bytes);
    }

    private Verdict ToTarget(FirewallMark? mark)
    {
        if (mark is not { } target)
        {
            Counters.CountWithoutTarget();
            return Verdict.AcceptOrDrop(options.NoTargetsMark);
        }
        Counters.CountBalanced();
        return Verdict.Accept(target);
    }
}
