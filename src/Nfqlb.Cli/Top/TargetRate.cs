namespace Nfqlb.Cli.Top;

/// <summary>What a target was given between two looks.</summary>
/// <param name="Target">As it was at the second look; its share of the table is the ideal one.</param>
/// <param name="Packets">Packets that it was given.</param>
/// <param name="Share">Its part of the pool's packets, 0 to 1; null when the pool had none.</param>
internal sealed record TargetRate(TargetLook Target, Counted Packets, double? Share)
{
    /// <summary>Orders by rate, then by pool and slot, so that idle ones stand still.</summary>
    public static int BusiestFirst(TargetRate one, TargetRate other)
    {
        int byRate = other.Packets.PerSecond.CompareTo(one.Packets.PerSecond);
        int byPool = byRate != 0 ? byRate : string.CompareOrdinal(one.Target.Pool, other.Target.Pool);
        return byPool != 0 ? byPool : one.Target.Slot.CompareTo(other.Target.Slot);
    }
}
