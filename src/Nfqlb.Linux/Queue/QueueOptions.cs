using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Queue;

/// <summary>How a queue is bound. Each property refuses a value the kernel would not take.</summary>
public sealed record QueueOptions
{
    /// <summary>The longest copy of a packet: an attribute's length has 16 bits and its header 4 bytes.</summary>
    public const int MaxCopyRangeBytes = 65531;

    /// <summary>The largest batch: the kernel takes no more in one call.</summary>
    public const int MaxBatchCapacityPackets = NfqlbQueue.NFQLB_BATCH_CAPACITY_MAX;

    /// <summary>Bytes of each packet that are copied here, from the IP header on; 1 to 65531.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public int CopyRangeBytes
    {
        get;
        init => field = Within(value, MaxCopyRangeBytes, nameof(CopyRangeBytes));
    } = 1500;

    /// <summary>Packets that may wait for a verdict before the kernel drops further ones; at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public int MaxLengthPackets
    {
        get;
        init => field = Within(value, int.MaxValue, nameof(MaxLengthPackets));
    } = 1024;

    /// <summary>Packets taken and answered at a time; 1 to 1024. 128 is where the gain levels off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public int BatchCapacityPackets
    {
        get;
        init => field = Within(value, MaxBatchCapacityPackets, nameof(BatchCapacityPackets));
    } = 128;

    private static int Within(int value, int most, string property)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, property);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, property);
        return value;
    }
}
