using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Health;

/// <summary>Where marks are shared with others: do balancer, rules and pools mean the same bits?</summary>
internal static class MarkCheck
{
    private const string Area = "marks";

    /// <param name="balancer">The bits that it writes.</param>
    /// <param name="wanted">Its mask is that of the rules, if there are any.</param>
    /// <param name="queues">Those the balancer should read, as `--queue` takes them.</param>
    /// <param name="marksOf">The marks in the slots of a pool; -1 for none.</param>
    /// <param name="pools">Those that flows lead to, by name.</param>
    public static IEnumerable<Finding> Findings(
        MarkMask balancer, DesiredState wanted, string queues, IEnumerable<string> pools,
        Func<string, IReadOnlyList<int>> marksOf)
    {
        if (balancer != wanted.MarkMask && wanted.Targets.Any())
        {
            yield return Finding.Bad(
                Area, $"the balancer writes bits {balancer}, and rules look at {wanted.MarkMask}",
                $"nfqlb flowlb --queue={queues} --takeover --mark-mask={wanted.MarkMask}");
        }
        if (balancer.IsAll)
        {
            yield break;
        }
        int fitting = 0;
        foreach (string pool in pools)
        {
            foreach (var (slot, mark) in marksOf(pool).Index())
            {
                if (mark < 0)
                {
                    continue;
                }
                if (balancer.Fits(new FirewallMark(mark)))
                {
                    fitting++;
                    continue;
                }
                yield return Finding.Bad(
                    Area, $"[{pool}] slot {slot}: mark {mark} has bits outside the balancer's mark mask {balancer}");
            }
        }
        if (fitting > 0)
        {
            yield return Finding.Ok(Area, $"{fitting} fit the mark mask {balancer}; other bits stay as they are");
        }
    }
}
