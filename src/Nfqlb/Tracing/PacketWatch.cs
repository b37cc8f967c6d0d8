using System.Numerics;

namespace Nfqlb.Tracing;

/// <summary>Somebody who looks at packets: what is wanted, and a ring from each worker.</summary>
public sealed class PacketWatch
{
    private const int RingBytes = 512 * 1024;
    private const int PacketBytes = 192;
    private const int FewestPackets = 64;

    private readonly PacketSelection _selection;
    private readonly PacketRing[] _rings;

    internal PacketWatch(PacketSelection selection, int workers, int snapBytes)
    {
        int capacity = Math.Max(FewestPackets, RingBytes / (snapBytes + PacketBytes));
        int powerOfTwo = (int)BitOperations.RoundUpToPowerOf2((uint)capacity + 1) / 2;
        _selection = selection;
        _rings = new PacketRing[workers];
        for (int worker = 0; worker < workers; worker++)
        {
            _rings[worker] = new PacketRing(powerOfTwo, snapBytes);
        }
    }

    /// <summary>By worker.</summary>
    public IReadOnlyList<PacketRing> Rings => _rings;

    /// <summary>Packets that were wanted and found no room so far.</summary>
    public long Dropped
    {
        get
        {
            long sum = 0;
            foreach (var ring in _rings)
            {
                sum += ring.Dropped;
            }
            return sum;
        }
    }

    internal void Offer(
        int worker, long nanoseconds, int originalLength, in Decision decision, ReadOnlySpan<byte> bytes)
    {
        if (_selection.Selects(decision))
        {
            _rings[worker].Add(nanoseconds, originalLength, decision, bytes);
        }
    }
}
