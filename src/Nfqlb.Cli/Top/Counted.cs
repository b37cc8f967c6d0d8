namespace Nfqlb.Cli.Top;

/// <summary>A counter at the later of two looks.</summary>
/// <param name="Total">As it stands.</param>
/// <param name="PerSecond">By how much it grew, a second.</param>
internal readonly record struct Counted(long Total, double PerSecond)
{
    /// <summary>Two looks at a counter.</summary>
    /// <param name="before">At the first look; 0 for what was not there.</param>
    /// <param name="after">At the second. When it is less, the counter has begun anew, at 0: the balancer was started
    /// again, or the flow made again.</param>
    /// <param name="seconds">Between the looks; above 0.</param>
    public static Counted Between(long before, long after, double seconds) =>
        new(after, (after >= before ? after - before : after) / seconds);
}
