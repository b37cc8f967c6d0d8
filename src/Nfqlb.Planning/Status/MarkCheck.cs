using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Where marks are shared with others: do balancer, rules and pools mean the same bits?</summary>
public static class MarkCheck
{
    private const string Area = "marks";

    /// <param name="balancer">The bits that it writes.</param>
    /// <param name="wanted">Its mask is that of the rules, if there are any.</param>
    /// <param name="run">Runs such a balancer.</param>
    /// <param name="pools">Those that flows lead to.</param>
    public static IEnumerable<Finding> Findings(
        MarkMask balancer, DesiredState wanted, string run, IEnumerable<PoolState> pools)
    {
        if (balancer != wanted.MarkMask && wanted.Targets.Any())
        {
            yield return Finding.Bad(
                Area, $"the balancer writes bits {balancer}, and rules look at {wanted.MarkMask}",
                $"{Remedy.TakeOver(run)} --mark-mask={wanted.MarkMask}");
        }
        if (balancer.IsAll)
        {
            yield break;
        }
        int fitting = 0;
        foreach (var pool in pools)
        {
            foreach (var (slot, mark) in pool.Targets)
            {
                if (balancer.Fits(mark))
                {
                    fitting++;
                    continue;
                }
                yield return Finding.Bad(
                    Area,
                    $"[{pool.Name}] slot {slot}: mark {mark} has bits outside the balancer's mark mask {balancer}");
            }
        }
        if (fitting > 0)
        {
            yield return Finding.Ok(Area, $"{fitting} fit the mark mask {balancer}; other bits stay as they are");
        }
    }
}
