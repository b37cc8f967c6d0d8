namespace Nfqlb.Routing;

/// <summary>The way of a mark through the rules, as the kernel goes (fib_rules_lookup, net/core/fib_rules.c).</summary>
/// <param name="Found">The first rule that looks a route up; null when the mark leaves at the end.</param>
/// <param name="Steps">How many rules were looked at: what it costs.</param>
/// <param name="Left">The last rule that jumped or was passed before the walk ended; null when there are none.</param>
public readonly record struct MarkWalk(MarkRule? Found, int Steps, MarkRule? Left)
{
    /// <summary>Walks.</summary>
    /// <param name="rules">In the kernel's order: by priority, then by age.</param>
    /// <param name="mark">The packet's mark.</param>
    public static MarkWalk Of(IReadOnlyList<MarkRule> rules, uint mark)
    {
        int steps = 0;
        MarkRule? left = null;
        for (int at = 0; at < rules.Count; at++)
        {
            steps++;
            var rule = rules[at];
            if (!rule.Match.Holds(mark))
            {
                continue;
            }
            switch (rule.Action)
            {
                case MarkAction.Lookup:
                    return new MarkWalk(rule, steps, left);
                case MarkAction.GoTo when FirstOf(rules, rule.Argument) is var target && target > at:
                    at = target - 1;
                    left = rule;
                    break;
            }
        }
        return new MarkWalk(null, steps, left);
    }

    /// <summary>Where the rules of a priority begin, or would begin.</summary>
    internal static int FirstFrom(IReadOnlyList<MarkRule> rules, uint priority)
    {
        int low = 0;
        int high = rules.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = rules[middle].Priority < priority ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private static int FirstOf(IReadOnlyList<MarkRule> rules, uint priority)
    {
        int first = FirstFrom(rules, priority);
        return first < rules.Count && rules[first].Priority == priority ? first : -1;
    }
}
