using Nfqlb.Linux.Netlink.Routing;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Queue;

/// <summary>Empties one queue: receives a batch, has each packet classified, answers them all at once.</summary>
/// <remarks>Allocates nothing after construction, for neither packet nor batch.</remarks>
public sealed class QueueLoop
{
    /// <summary>Longest time that the last packets are waited for; a full queue takes some milliseconds.</summary>
    private const long DrainNanoseconds = 1_000_000_000;

    private readonly IPacketSource _source;
    private readonly Classifier _classifier;
    private readonly MarkMask _mask;
    private readonly uint _returning;
    private readonly nfqlb_packet[] _packets;
    private readonly nfqlb_verdict[] _verdicts;
    private volatile bool _isStopping;
    private QueueEnd _end;

    /// <summary>A loop that is not running yet.</summary>
    /// <param name="queue">The queue, which no other loop uses; disposed by the caller after the loop's end.</param>
    /// <param name="classifier">Decides; used by this loop's thread alone.</param>
    /// <param name="mask">The bits of marks that verdicts are about.</param>
    /// <param name="returning">The link by which stored fragments come back; null for none.</param>
    public QueueLoop(PacketQueue queue, Classifier classifier, MarkMask mask = default, LinkIndex? returning = null)
        : this((IPacketSource)queue, classifier, mask, returning)
    {
    }

    /// <summary>The same over any source.</summary>
    internal QueueLoop(
        IPacketSource source, Classifier classifier, MarkMask mask = default, LinkIndex? returning = null)
    {
        // No link has this number; 0 has what this host sends itself.
        _returning = returning is { } link ? (uint)link.Value : uint.MaxValue;
        _source = source;
        _classifier = classifier;
        _mask = mask;
        _packets = new nfqlb_packet[source.BatchCapacityPackets];
        _verdicts = new nfqlb_verdict[source.BatchCapacityPackets];
    }

    /// <summary>What the loop has done so far; readable while it runs.</summary>
    public QueueCounters Counters { get; } = new();

    /// <summary>Runs until <see cref="Stop"/> is called. Blocks: give it a thread of its own.</summary>
    /// <remarks>
    /// A batch begun is answered to its end; packets still in the kernel are dropped when the queue is disposed. An
    /// exception that leaves this method must end the process: a queue without its loop drops all traffic silently.
    /// It may be run again after it has returned.
    /// </remarks>
    /// <exception cref="SystemCallException">The queue is of no further use.</exception>
    public void Run()
    {
        try
        {
            while (!_isStopping)
            {
                int count = _source.Receive(_packets);
                if (count > 0)
                {
                    Answer(_packets.AsSpan(0, count));
                }
            }
            if (_end != QueueEnd.AtOnce)
            {
                Drain();
            }
        }
        finally
        {
            Counters.Refuse(_source.RefusedPackets);
        }
        _isStopping = false;
    }

    /// <summary>Makes <see cref="Run"/> return, also when it sleeps. For any thread; may be called again.</summary>
    /// <param name="end">What becomes of the packets that wait.</param>
    /// <exception cref="SystemCallException">The queue is of no further use.</exception>
    public void Stop(QueueEnd end)
    {
        _end = end;
        _isStopping = true;
        _source.Wake();
    }

    /// <summary>Under more packets than can be answered there are always some that wait; those of the beginning are
    /// long gone when the time is over.</summary>
    private void Drain()
    {
        if (_end == QueueEnd.Bypassed)
        {
            _source.LetPass();
        }
        long deadline = MonotonicClock.NowNanoseconds + DrainNanoseconds;
        while (MonotonicClock.NowNanoseconds < deadline && _source.TryReceive(_packets, out int count))
        {
            if (count > 0)
            {
                Answer(_packets.AsSpan(0, count));
            }
        }
    }

    private void Answer(ReadOnlySpan<nfqlb_packet> packets)
    {
        var verdicts = _verdicts.AsSpan(0, packets.Length);
        long bytes = 0;
        int accepted = 0, superPackets = 0;
        Counters.Refuse(_source.RefusedPackets);
        Counters.BeginBatch(packets.Length);
        _classifier.StartBatch();
        for (int i = 0; i < packets.Length; i++)
        {
            ref readonly nfqlb_packet packet = ref packets[i];
            uint carried = packet.incoming_link == _returning ? CarriedMarkOf(packet) : packet.mark;
            Verdict verdict = _classifier.Classify(packet.Payload, (int)packet.original_length, carried);
            verdicts[i].Set(packet.id, carried, verdict, _mask);
            bytes += packet.original_length;
            accepted += verdict.IsAccept ? 1 : 0;
            superPackets += packet.is_gso;
        }

        _source.Answer(verdicts);
        Counters.AddBatch(packets.Length, superPackets, bytes, accepted);
        if (_classifier.IsWatched)
        {
            Show(packets, verdicts);
        }
    }

    /// <summary>Bits that others gave it on its way back go before those it had.</summary>
    private uint CarriedMarkOf(in nfqlb_packet packet) =>
        packet.mark != 0 ? packet.mark : _classifier.CarriedMarkOf(packet.Payload);

    /// <summary>When the packets are on their way: those who watch delay none of them.</summary>
    private void Show(ReadOnlySpan<nfqlb_packet> packets, ReadOnlySpan<nfqlb_verdict> verdicts)
    {
        for (int i = 0; i < packets.Length; i++)
        {
            ref readonly nfqlb_packet packet = ref packets[i];
            _classifier.Show(packet.Payload, (int)packet.original_length, verdicts[i].VerdictWithin(_mask));
        }
    }
}
