namespace Nfqlb.Kubernetes.Watch;

/// <summary>Pauses between attempts: each twice as long as the one before, and none as long as those of other
/// balancers.</summary>
/// <param name="pace">The first and the longest.</param>
/// <param name="random">Spreads them.</param>
internal sealed class Backoff(WatchPace pace, Random random)
{
    private TimeSpan _next = pace.FirstPause;

    /// <summary>How long to wait now: from half to all of what it is this time.</summary>
    /// <param name="asked">What the server has asked for; it holds where it is longer, up to the longest.</param>
    public TimeSpan Next(TimeSpan? asked)
    {
        var pause = _next * (0.5 + (random.NextDouble() / 2));
        _next = _next * 2 < pace.LongestPause ? _next * 2 : pace.LongestPause;
        var least = asked < pace.LongestPause ? asked.Value : asked is null ? TimeSpan.Zero : pace.LongestPause;
        return pause > least ? pause : least;
    }

    /// <summary>It has worked.</summary>
    public void Reset() => _next = pace.FirstPause;
}
