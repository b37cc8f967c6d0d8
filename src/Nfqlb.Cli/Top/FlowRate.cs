namespace Nfqlb.Cli.Top;

/// <summary>What a flow accepted between two looks.</summary>
/// <param name="Flow">As it was at the second look.</param>
/// <param name="Packets">Packets that it accepted.</param>
internal sealed record FlowRate(FlowLook Flow, Counted Packets)
{
    /// <summary>Orders by rate, then by name, so that idle ones stand still.</summary>
    public static int BusiestFirst(FlowRate one, FlowRate other)
    {
        int byRate = other.Packets.PerSecond.CompareTo(one.Packets.PerSecond);
        return byRate != 0 ? byRate : string.CompareOrdinal(one.Flow.Name, other.Flow.Name);
    }
}
