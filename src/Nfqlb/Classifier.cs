using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tracing;

namespace Nfqlb;

/// <summary>Packet in, verdict out: the one place that knows packets, flows and pools together.</summary>
/// <remarks>One instance a worker; not thread-safe by design. Nothing here allocates, locks, logs or throws.</remarks>
/// <param name="worker">Which worker this is, from 0; counts are kept by worker.</param>
/// <param name="flows">Where the flows in force are found.</param>
/// <param name="options">What holds for the whole life.</param>
public sealed partial class Classifier(int worker, FlowTable flows, ClassifierOptions options)
{
    private readonly PacketTap _tap = options.Tap;
    private readonly FragmentTable _fragments = options.Fragments;
    private FlowSet _flows = flows.Current;
    private long? _now;

    /// <summary>What became of the packets so far.</summary>
    public ClassifierCounters Counters { get; } = new();

    /// <summary>True while somebody wants to be shown packets.</summary>
    public bool IsWatched => _tap.IsWatched;

    /// <summary>Of a batch that is watched, when it began; of others, when the first packet asked for the time, and
    /// most hold none that does.</summary>
    private long Now => _now ??= options.Clock();

    /// <summary>Takes the flows that hold for the packets up to the next call, which are of one moment.</summary>
    public void StartBatch()
    {
        var current = flows.Current;
        if (current != _flows)
        {
            _flows = current; // the collector is told of each such write, and remembers it in memory far away
        }
        _now = IsWatched ? options.Clock() : null;
    }

    /// <summary>Decides one packet that the queue did not cut.</summary>
    /// <param name="bytes">From the first byte of the IP header.</param>
    public Verdict Classify(ReadOnlySpan<byte> bytes) => Classify(bytes, bytes.Length);

    /// <summary>Decides one packet.</summary>
    /// <param name="bytes">From the first byte of the IP header; may be cut short by the queue's copy range.</param>
    /// <param name="originalLength">Bytes the packet had before that.</param>
    /// <param name="carriedMark">The mark that it came with, which nothing depends on.</param>
    public Verdict Classify(ReadOnlySpan<byte> bytes, int originalLength, uint carriedMark = 0)
    {
        var unparsable = Packet.TryParse(bytes, out var packet);
        if (unparsable != Unparsable.None)
        {
            Counters.CountUnparsable(unparsable);
            return Verdict.Drop;
        }
        if (packet.Part != FragmentPart.Whole)
        {
            return ClassifyFragment(packet, bytes, originalLength, carriedMark);
        }
        var admission = default(WholePacket);
        return Balance(packet, bytes, originalLength, ref admission);
    }

    /// <summary>The mark that a fragment came with before it was stored and sent back; 0 where none of its packet was.
    /// </summary>
    /// <param name="bytes">Of the fragment, from the first byte of the IP header.</param>
    public uint CarriedMarkOf(ReadOnlySpan<byte> bytes) =>
        Packet.TryParse(bytes, out var packet) == Unparsable.None && packet.Part == FragmentPart.Later
            ? _fragments.CarriedMarkOf(Fragment.Of(packet, bytes).Key)
            : 0;

    /// <summary>Shows a packet of the current batch to those who watch.</summary>
    /// <param name="bytes">As they were classified.</param>
    /// <param name="originalLength">Bytes the packet had before the queue cut it.</param>
    /// <param name="verdict">What it got.</param>
    public void Show(ReadOnlySpan<byte> bytes, int originalLength, Verdict verdict) =>
        _tap.Offer(worker, Now, originalLength, Explain(bytes, verdict), bytes);

    /// <summary>Why a packet of the current batch got its verdict; asked again, so that it costs nothing to those that
    /// nobody looks at. Counts nothing but matches of flows for tracing.</summary>
    private Decision Explain(ReadOnlySpan<byte> bytes, Verdict verdict)
    {
        var unparsable = Packet.TryParse(bytes, out var packet);
        var decision = new Decision { Unparsable = unparsable, Packet = packet, Verdict = verdict };
        if (unparsable != Unparsable.None || packet.Part == FragmentPart.Later)
        {
            return decision with { IsForOtherBalancer = IsForOtherBalancer(packet, bytes, unparsable) };
        }
        if (_tap.Flows.Current.TryFind(packet, bytes, isPromiscuousPing: true, out var traced))
        {
            traced.Counter.Increment(worker);
            decision = decision with { TraceFlow = traced.Entry };
        }
        if (IsForOtherBalancer(packet, bytes, unparsable))
        {
            return decision with { IsForOtherBalancer = true };
        }
        bool isFound = _flows.TryFind(packet, bytes, options.IsPromiscuousPing, out var match);
        if (isFound && match.Pool is null && packet.TryDecapsulateSctp(bytes, out var sctp) == Unparsable.None)
        {
            decision = decision with { Packet = sctp };
            isFound = _flows.TryFind(sctp, bytes, options.IsPromiscuousPing, out match);
        }
        if (!isFound || match.Pool is not { } pool)
        {
            return decision;
        }
        var segment = pool.Segment;
        uint hash = segment.HashOf(options.HashMode, match.Hash, decision.Packet.Key);
        var located = segment.Locate(hash);
        decision = decision with { Flow = match.Entry, Hash = hash };
        return !verdict.IsAccept || located.Mark == verdict.Mark
            ? decision with { Slot = located.Slot }
            : pool.KeptSlotOf(verdict.Mark) is { } kept ? decision with { Slot = kept, IsKept = true } : decision;
    }

    private bool IsForOtherBalancer(in Packet packet, ReadOnlySpan<byte> bytes, Unparsable unparsable) =>
        unparsable == Unparsable.None
        && packet.Part != FragmentPart.Whole
        && options.BalancerTier is { } tier
        && tier.TryFindOther(packet.Key, out _)
        && !options.PassedOn.IsKept(Fragment.Of(packet, bytes).Key);

    private Verdict ClassifyFragment(
        in Packet packet, ReadOnlySpan<byte> bytes, int originalLength, uint carriedMark)
    {
        var fragment = Fragment.Of(packet, bytes);

        // By the addresses alone, which every fragment has.
        if (options.BalancerTier is { } tier
            && tier.TryFindOther(packet.Key, out var balancer)
            && TryPassOn(fragment, balancer, originalLength, out var verdict))
        {
            return verdict;
        }
        FragmentOutcome outcome;
        if (packet.Part == FragmentPart.First)
        {
            var admission = new FirstFragment(_fragments, fragment, Now);
            verdict = Balance(packet, bytes, originalLength, ref admission);
            outcome = admission.Outcome;
        }
        else
        {
            outcome = _fragments.AddLater(fragment, bytes, Now, out verdict, carriedMark);
        }
        Counters.CountFragment(outcome);
        return outcome == FragmentOutcome.Passed ? verdict : Verdict.Drop;
    }

    /// <summary>Sends a fragment to the balancer that it belongs to, but not twice.</summary>
    /// <returns>False when it stays here: it came back from there.</returns>
    private bool TryPassOn(
        in Fragment fragment, TargetPool.Target balancer, int originalLength, out Verdict verdict)
    {
        verdict = Verdict.Drop;
        if (options.PassedOn.TryKeep(fragment, Now, out var outcome))
        {
            Counters.CountReturned();
            return false;
        }
        Counters.CountFragment(outcome);
        if (outcome == FragmentOutcome.ToOtherBalancer)
        {
            balancer.Count(worker, originalLength);
            verdict = Verdict.Accept(balancer.Mark);
        }
        return true;
    }

    private Verdict Balance<TAdmission>(
        in Packet packet, ReadOnlySpan<byte> bytes, int originalLength, ref TAdmission admission)
        where TAdmission : struct, IAdmission
    {
        Verdict verdict;
        if (!_flows.TryFind(packet, bytes, options.IsPromiscuousPing, out var match))
        {
            verdict = Verdict.AcceptOrDrop(options.NoFlowMark);
            admission.Ask(verdict);
            if (admission.IsGranted)
            {
                Counters.CountWithoutFlow();
            }
            return verdict;
        }
        verdict = match.Pool is { } pool
            ? ToTarget(pool, match.Hash, packet, bytes, originalLength, ref admission)
            : BalanceEncapsulated(packet, bytes, originalLength, ref admission);
        if (admission.IsGranted)
        {
            match.Counter.Increment(worker);
        }
        return verdict;
    }

    /// <summary>A helper flow has caught UDP that carries SCTP: the packet inside decides.</summary>
    private Verdict BalanceEncapsulated<TAdmission>(
        in Packet packet, ReadOnlySpan<byte> bytes, int originalLength, ref TAdmission admission)
        where TAdmission : struct, IAdmission
    {
        var unparsable = packet.TryDecapsulateSctp(bytes, out var sctp);
        if (unparsable == Unparsable.None)
        {
            // No helper flow accepts SCTP, so this ends here.
            return Balance(sctp, bytes, originalLength, ref admission);
        }
        admission.Ask(Verdict.Drop);
        if (admission.IsGranted)
        {
            Counters.CountUnparsable(unparsable);
        }
        return Verdict.Drop;
    }

    private Verdict ToTarget<TAdmission>(
        TargetPool pool, HashRule rule, in Packet packet, ReadOnlySpan<byte> bytes, int originalLength,
        ref TAdmission admission)
        where TAdmission : struct, IAdmission
    {
        if (!pool.TryFind(options.HashMode, rule, packet.Key, out var target))
        {
            target = pool.Settle(options.HashMode, rule, packet, bytes, Now);
        }
        var verdict = target.IsFound ? Verdict.Accept(target.Mark) : Verdict.AcceptOrDrop(options.NoTargetsMark);
        admission.Ask(verdict);
        if (!admission.IsGranted)
        {
            return verdict;
        }
        if (target.IsFound)
        {
            target.Count(worker, originalLength);
            Counters.CountBalanced(target.IsKept);
        }
        else
        {
            Counters.CountWithoutTarget();
        }
        return verdict;
    }
}
