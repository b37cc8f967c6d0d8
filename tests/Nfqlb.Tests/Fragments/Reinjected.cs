using System.Collections.Concurrent;
using Nfqlb.Fragments;

namespace Nfqlb.Tests.Fragments;

/// <summary>A way back that keeps what is written until somebody takes it.</summary>
internal sealed class Reinjected : IReinjection
{
    private readonly ConcurrentQueue<byte[]> _packets = [];

    public int Count => _packets.Count;

    public bool TryTake(out byte[] packet)
    {
        bool isTaken = _packets.TryDequeue(out byte[]? taken);
        packet = taken ?? [];
        return isTaken;
    }

    bool IReinjection.TryWrite(ReadOnlySpan<byte> packet)
    {
        _packets.Enqueue(packet.ToArray());
        return true;
    }
}
