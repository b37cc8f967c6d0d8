using Nfqlb.Maglev;

namespace Nfqlb.Simulation;

/// <summary>What becomes of entries and connections when one table follows another.</summary>
/// <param name="Moved">Entries that belong to another target than before.</param>
/// <param name="HadToMove">As few as the change of the shares allows: what the targets that lost entries have lost, or
/// those that gained have gained, whichever is more.</param>
/// <param name="Lost">Connections whose target is down: no table could keep them there.</param>
/// <param name="Broken">Connections that move away from a target that could have kept them.</param>
public sealed record TableChange(int Moved, int HadToMove, long Lost, long Broken)
{
    /// <summary>Entries that moved without need.</summary>
    public int MovedBeyond => Moved - HadToMove;

    /// <summary>Connections that two balancers, one with each table, give to different targets.</summary>
    public long Disagreeing => Lost + Broken;

    /// <summary>Compares two tables of one size.</summary>
    public static TableChange Between(SimulatedTable before, SimulatedTable after, Connections connections)
    {
        int moved = 0;
        long lost = 0, broken = 0;
        for (int entry = 0; entry < before.Entries; entry++)
        {
            if (before.AgreesWith(after, entry))
            {
                continue;
            }
            moved++;
            if (before.SlotOf(entry) is { } slot)
            {
                bool isThere = after.Pool.Slots[slot] is { State: not TargetState.Down };
                (isThere ? ref broken : ref lost) += connections.Of(entry);
            }
        }
        int given = 0, taken = 0;
        for (int slot = 0; slot < before.EntriesBySlot.Length; slot++)
        {
            int difference = after.EntriesBySlot[slot] - before.EntriesBySlot[slot];
            given += Math.Max(difference, 0);
            taken += Math.Max(-difference, 0);
        }
        return new TableChange(moved, Math.Max(given, taken), lost, broken);
    }
}
