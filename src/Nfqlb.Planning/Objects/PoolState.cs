using Nfqlb.Maglev;

namespace Nfqlb.Planning.Objects;

/// <summary>A pool that flows lead to, or that is asked for, as it stands in shared memory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">What it holds; null when it cannot be used.</param>
/// <param name="Trouble">Why it cannot be used; empty when it can.</param>
public sealed record PoolState(PoolName Name, PoolSnapshot? Table, string Trouble)
{
    /// <summary>Where there is none of this name.</summary>
    public static PoolState Missing(PoolName name) => new(name, null, "there is no such pool");

    /// <summary>What a balancer has attached it keeps, whatever becomes of the name.</summary>
    public static string Kept(int targets) =>
        $"the balancer goes on with the memory that it had of it, and its {targets} targets, until it ends; no command "
            + "reaches that";

    /// <summary>Something else has its name.</summary>
    public bool IsNoPool => Trouble.StartsWith("not a pool", StringComparison.Ordinal);

    /// <summary>How many slots there are.</summary>
    public int Slots => Table?.Content.Slots.Length ?? 0;

    /// <summary>The marks of the targets, by slot; empty slots are left out.</summary>
    public IEnumerable<(int Slot, FirewallMark Mark)> Targets
    {
        get
        {
            for (int slot = 0; slot < Slots; slot++)
            {
                if (Table!.Content.Slots[slot] is { } target)
                {
                    yield return (slot, target.Mark);
                }
            }
        }
    }
}
