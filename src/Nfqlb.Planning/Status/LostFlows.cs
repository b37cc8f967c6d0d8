using Nfqlb.Filters;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>What is left of flows that are gone: those that commands have set end with the process, unless it has a
/// directory for them (`--state`).</summary>
/// <param name="Queued">The addresses whose packets are queued, as people write them.</param>
/// <param name="Remedy">Balances them again; null where nobody here knows how.</param>
public sealed record LostFlows(IReadOnlyList<string> Queued, string? Remedy)
{
    private const int MostNamed = 50;

    /// <summary>Nothing is left.</summary>
    public static readonly LostFlows None = new([], null);

    /// <summary>Looks for it in the queue rules, of whomsoever, and in pools.</summary>
    public static LostFlows Of(HostSnapshot host)
    {
        string[] queued = [.. QueuedBy(host).Distinct().Take(MostNamed)];
        var filled = host.Pools.Or([]).Concat(host.OtherPools.Or([])).Where(pool => pool.Targets.Any()).ToList();
        return new LostFlows(
            queued,
            !host.Desired.Or(DesiredState.Empty).Flows.IsEmpty ? Objects.Remedy.ApplyAgain
                : queued.Length > 0 && filled is [{ Name: var pool }]
                    ? $"nfqlb flow-set --name={pool} --target={pool} --dsts={string.Join(',', queued)}"
                : null);
    }

    private static IEnumerable<string> QueuedBy(HostSnapshot host)
    {
        var vips = host.Vips.Or(QueuedVips.None);
        foreach (var vip in vips.Queue is null ? [] : vips.Vips)
        {
            yield return vip.ToPlainString();
        }
        foreach (var rule in host.Filters.Or([]).SelectMany(chain => chain.Rules).Where(rule => rule.Queue is not null))
        {
            foreach (var condition in rule.Conditions)
            {
                if (condition is AddressCondition { IsSource: false, IsInverted: false, Block: var block })
                {
                    yield return block.ToPlainString();
                }
            }
        }
    }
}
