using Nfqlb.Maglev;

namespace Nfqlb.Checks;

/// <summary>Makes a verdict of the results of checks.</summary>
/// <remarks>
/// The first result decides at once. From then on it takes <see cref="CheckRules.Fall"/> results in a row to take a
/// target out, and <see cref="CheckRules.Rise"/> to bring it back. One that falls again soon after it came back waits:
/// 5 s the second time, then 10 s, 20 s and so on, 5 minutes at most. Each time that it has been good for as long as
/// its next wait, and for ten intervals, one fall is forgiven.
/// </remarks>
public static class Judge
{
    /// <summary>With so many falls a target waits as long as any.</summary>
    private const int MostFalls = 8;

    private const int QuietIntervals = 10;

    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(5);

    /// <summary>The verdict after one more result.</summary>
    /// <param name="before">The verdict until now.</param>
    /// <param name="outcome">The result.</param>
    /// <param name="now">When it came, on a clock that never goes back.</param>
    /// <param name="rules">How many it takes.</param>
    public static Judgement Next(Judgement before, CheckOutcome outcome, TimeSpan now, CheckRules rules)
    {
        if (outcome == CheckOutcome.Inconclusive)
        {
            return before;
        }
        bool hasPassed = outcome == CheckOutcome.Passed;
        return before.Health switch
        {
            TargetHealth.Good => WhileGood(Forgive(before, now, rules), hasPassed, now, rules.Fall),
            TargetHealth.Bad => WhileBad(before, hasPassed, now, rules.Rise),
            _ when hasPassed => Rise(before, now),
            _ => Fall(before, now),
        };
    }

    /// <summary>How long a target that has fallen so often stays out at least.</summary>
    public static TimeSpan HoldAfter(int falls)
    {
        var hold = ShortestHold * (1 << Math.Clamp(falls - 2, 0, MostFalls - 2));
        return falls < 2 ? TimeSpan.Zero : hold < LongestHold ? hold : LongestHold;
    }

    private static Judgement WhileGood(Judgement before, bool hasPassed, TimeSpan now, int fall) =>
        hasPassed ? before with { Against = 0 }
        : before.Against + 1 >= fall ? Fall(before, now)
        : before with { Against = before.Against + 1 };

    private static Judgement WhileBad(Judgement before, bool hasPassed, TimeSpan now, int rise)
    {
        int against = hasPassed ? Math.Min(before.Against + 1, rise) : 0;
        return against >= rise && now >= before.HeldUntil
            ? Rise(before, now)
            : before with { Against = against };
    }

    private static Judgement Rise(Judgement before, TimeSpan now) =>
        before with { Health = TargetHealth.Good, Against = 0, Since = now, QuietSince = now };

    private static Judgement Fall(Judgement before, TimeSpan now)
    {
        int falls = Math.Min(before.Falls + 1, MostFalls);
        return new Judgement(TargetHealth.Bad) { Falls = falls, Since = now, HeldUntil = now + HoldAfter(falls) };
    }

    private static Judgement Forgive(Judgement before, TimeSpan now, CheckRules rules)
    {
        int falls = before.Falls;
        var since = before.QuietSince;
        for (; falls > 0 && now - since >= QuietOf(falls, rules); falls--)
        {
            since += QuietOf(falls, rules);
        }
        return before with { Falls = falls, QuietSince = since };
    }

    private static TimeSpan QuietOf(int falls, CheckRules rules)
    {
        var (hold, intervals) = (HoldAfter(falls + 1), rules.Interval * QuietIntervals);
        return hold > intervals ? hold : intervals;
    }
}
