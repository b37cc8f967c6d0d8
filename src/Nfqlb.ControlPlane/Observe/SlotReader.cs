using Nfqlb.ControlPlane.Host;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Which slots are in use where a document leaves them open. Targets keep the one that they have, also if it
/// was given to them by hand.</summary>
public static class SlotReader
{
    /// <summary>Reads them.</summary>
    /// <param name="pools">The pools of this machine.</param>
    /// <param name="source">The document.</param>
    /// <param name="before">What was asked for until now.</param>
    public static SlotsInUse Read(IPools pools, DocumentSource source, DesiredState before)
    {
        var present = SlotsInUse.Of(before);
        foreach (var name in source.PoolsWithFreeSlots)
        {
            var content = pools.Read(name);
            for (int slot = 0; slot < content?.Slots.Length; slot++)
            {
                if (content.Slots[slot] is { } there)
                {
                    present.Add(name, slot, there.Name?.Text, there.Mark);
                }
            }
        }
        return present;
    }

    /// <summary>The same, where targets that the source has not named stay beside those that it names, and those that
    /// were taken out by hand stay out.</summary>
    /// <param name="pools">The pools of this machine.</param>
    /// <param name="source">The document.</param>
    /// <param name="before">What was asked for until now.</param>
    /// <param name="last">What of it the source had asked for.</param>
    public static SlotsInUse Read(IPools pools, DocumentSource source, DesiredState before, DesiredState last)
    {
        var present = Read(pools, source, before);
        var named = last.Targets.Select(WordsOf).ToHashSet();
        foreach (var pair in before.Targets)
        {
            if (!named.Contains(WordsOf(pair)))
            {
                present.Reserve(pair.Pool.Name, pair.Target.Slot);
            }
        }
        foreach (var (pool, target) in last.Targets)
        {
            // Of one that was taken out by hand: elsewhere it would be another one, and come back.
            present.Add(pool.Name, target.Slot, target.Name, target.Mark);
        }
        return present;
    }

    private static string WordsOf(PooledTarget pair) => $"{pair.Pool.Name}/{pair.Target}";
}
