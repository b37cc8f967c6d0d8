namespace Nfqlb.Tracing;

/// <summary>Packets on their way from one worker to one watcher: bounded, without locks, all memory taken at the start.
/// </summary>
/// <remarks>The worker never waits: when the ring is full, the packet is left out and counted.</remarks>
public sealed class PacketRing
{
    private readonly TracedPacket[] _packets;
    private readonly byte[] _bytes;
    private readonly int _snapBytes;
    private long _written;
    private long _read;
    private long _dropped;

    /// <summary>An empty ring.</summary>
    /// <param name="capacity">Most packets in it; a power of 2.</param>
    /// <param name="snapBytes">Most bytes of each that are kept.</param>
    public PacketRing(int capacity, int snapBytes)
    {
        _packets = new TracedPacket[capacity];
        _bytes = new byte[capacity * snapBytes];
        _snapBytes = snapBytes;
    }

    /// <summary>Packets that found no room so far; for any thread.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The oldest packet, which stays until it is released. For the watcher's thread.</summary>
    /// <param name="packet">Not valid when there is none.</param>
    /// <param name="bytes">From the IP header on; valid until the release.</param>
    /// <returns>False when there is none.</returns>
    public bool TryPeek(out TracedPacket packet, out ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _written) == _read)
        {
            packet = default;
            bytes = [];
            return false;
        }
        int slot = SlotOf(_read);
        packet = _packets[slot];
        bytes = _bytes.AsSpan(slot * _snapBytes, packet.Length);
        return true;
    }

    /// <summary>Gives the oldest packet's room back.</summary>
    public void Release() => Volatile.Write(ref _read, _read + 1);

    /// <summary>Adds a packet, or counts it as left out. For the worker's thread.</summary>
    public void Add(long nanoseconds, int originalLength, in Decision decision, ReadOnlySpan<byte> bytes)
    {
        if (_written - Volatile.Read(ref _read) == _packets.Length)
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            return;
        }
        int slot = SlotOf(_written);
        int length = Math.Min(bytes.Length, _snapBytes);
        bytes[..length].CopyTo(_bytes.AsSpan(slot * _snapBytes));
        _packets[slot] = new TracedPacket(nanoseconds, originalLength, length, decision);
        Volatile.Write(ref _written, _written + 1);
    }

    private int SlotOf(long position) => (int)(position & (_packets.Length - 1));
}
