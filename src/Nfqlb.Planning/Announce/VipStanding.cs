namespace Nfqlb.Planning.Announce;

/// <summary>Whether a virtual address is to be announced, and since when. Never changes: each look gives the next
/// one.</summary>
/// <remarks>One that can be served no more is withdrawn at once. It comes back when it could be served for a while: a
/// second, and twice as long each time that it did not last, up to a minute.</remarks>
public sealed record VipStanding
{
    private static readonly TimeSpan LeastHold = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MostHold = TimeSpan.FromMinutes(1);

    /// <summary>What has lasted so long is steady.</summary>
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    /// <summary>How long it must be servable before it comes back; zero while it has never been withdrawn.</summary>
    private TimeSpan _hold;

    private TimeSpan? _ableSince;

    /// <summary>It is to be announced.</summary>
    public bool IsAnnounced { get; private init; }

    /// <summary>Since when it is so.</summary>
    public TimeSpan Since { get; private init; }

    /// <summary>Why it is not; null where it is.</summary>
    public string? Reason { get; private init; }

    /// <summary>At the first look: what can be served need not wait.</summary>
    /// <param name="reason">Why it cannot be served; null where it can.</param>
    /// <param name="now">The time.</param>
    public static VipStanding First(string? reason, TimeSpan now) => new()
    {
        IsAnnounced = reason is null,
        Since = now,
        Reason = reason,
        _hold = reason is null ? TimeSpan.Zero : LeastHold,
    };

    /// <summary>At a later look.</summary>
    /// <param name="reason">Why it cannot be served; null where it can.</param>
    /// <param name="now">The time.</param>
    public VipStanding Next(string? reason, TimeSpan now)
    {
        if (reason is null && !IsAnnounced)
        {
            var since = _ableSince ?? now;
            return now - since >= _hold
                ? this with { IsAnnounced = true, Since = now, Reason = null, _ableSince = null }
                : this with { _ableSince = since, Reason = $"it can be served, but not yet for {Words(_hold)}" };
        }
        if (reason is not null && IsAnnounced)
        {
            bool isSteady = _hold == TimeSpan.Zero || now - Since >= Steady;
            var hold = isSteady ? LeastHold : _hold * 2;
            return this with
            {
                IsAnnounced = false,
                Since = now,
                Reason = reason,
                _hold = hold < MostHold ? hold : MostHold,
            };
        }
        return this with { Reason = reason, _ableSince = null };
    }

    private static string Words(TimeSpan time) => $"{time.TotalSeconds:0} s";
}
