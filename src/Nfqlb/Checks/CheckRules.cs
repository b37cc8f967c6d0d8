namespace Nfqlb.Checks;

/// <summary>How often a target is checked, and how many checks it takes to change the verdict.</summary>
/// <param name="Interval">From one check to the next.</param>
/// <param name="Rise">So many passed in a row bring a target back; at least 1.</param>
/// <param name="Fall">So many not passed in a row take it out; at least 1.</param>
public readonly record struct CheckRules(TimeSpan Interval, int Rise, int Fall)
{
    private const double Spread = 0.1;

    /// <summary>The interval, ten per cent more or less, so that checks do not come to run in step.</summary>
    /// <param name="random">0 to 1.</param>
    public TimeSpan Delay(double random) => Interval * (1 - Spread + 2 * Spread * random);
}
