using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>A change of what is wanted, carried out at once. Two at a time exclude each other.</summary>
internal static class WantedChange
{
    /// <summary>Checks, compares, notes what is wanted, and carries it out. Where the kernel refuses, what was wanted
    /// before is wanted again.</summary>
    /// <param name="extent">What the change is about.</param>
    /// <param name="slots">Which slots of pools it is about.</param>
    /// <param name="change">Gives what is wanted from now on, of what was until now.</param>
    /// <param name="typed">Names the option that a complaint is about.</param>
    /// <exception cref="UsageException">It cannot be; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused it.</exception>
    /// <returns>What was done.</returns>
    public static Plan Carry(
        Extent extent, SlotScope slots, Func<DesiredState, DesiredState> change, ComplaintWords? typed = null)
    {
        using var store = StateStore.Lock(StoreName.Value);
        return Carry(store, extent, slots, change, typed);
    }

    /// <summary>Takes all away that is ours, and then the note of it.</summary>
    /// <exception cref="SystemCallException">The kernel refused it.</exception>
    public static void Reset()
    {
        using var store = StateStore.Lock(StoreName.Value);
        Carry(store, Extent.Everything, SlotScope.WholePools, _ => DesiredState.Empty, typed: null);
        store.Forget();
    }

    /// <summary>What would be done. Changes nothing, and waits for nobody.</summary>
    /// <exception cref="UsageException">It cannot be.</exception>
    public static Plan Preview(Extent extent, Func<DesiredState, DesiredState> change)
    {
        var before = StateStore.Look(StoreName.Value);
        var unfinished = StateStore.LookUnfinished(StoreName.Value);
        return Plan.Between([before, .. unfinished], Checked(change(before), typed: null), extent);
    }

    private static Plan Carry(
        StateStore store, Extent extent, SlotScope slots, Func<DesiredState, DesiredState> change,
        ComplaintWords? typed)
    {
        var before = store.Read();
        var wanted = Checked(change(before), typed);
        var unfinished = store.ReadUnfinished();
        if (unfinished.Count > 0)
        {
            // Somebody was killed: whatever he was about, it is put right now.
            extent |= Extent.Targets | Extent.Vips;
        }
        var plan = Plan.Between([before, .. unfinished], wanted, extent, slots);
        foreach (string warning in plan.Warnings)
        {
            Output.Complaint.WriteLine(warning);
        }
        if (plan.Steps.Count > 0)
        {
            store.Begin([.. unfinished, wanted]);
            CarryOrUndo(plan, () =>
            {
                Plan.Between([before, .. unfinished, wanted], before, extent, SlotScope.Differences).Carry();
                Finish(store, extent, unfinished);
            });
        }
        foreach (var pool in unfinished.SelectMany(state => state.Pools))
        {
            PoolDirectory.RemoveUnfinished(pool.Name);
        }
        store.Write(wanted);
        Finish(store, extent, unfinished);
        return plan;
    }

    /// <summary>Pools that somebody has left unfinished are for those to take away who look at pools as a
    /// whole.</summary>
    private static void Finish(StateStore store, Extent extent, IReadOnlyList<DesiredState> unfinished)
    {
        if (unfinished.Count == 0 || extent.HasFlag(Extent.FlowsAndPools))
        {
            store.End();
        }
        else
        {
            store.Begin(unfinished);
        }
    }

    private static DesiredState Checked(DesiredState wanted, ComplaintWords? typed)
    {
        Diagnostic[] complaints = [.. DesiredStateCheck.Diagnostics(wanted)];
        return complaints.Length == 0
            ? wanted
            : throw new UsageException(string.Join(
                '\n', complaints.Select(complaint => typed?.Invoke(wanted, complaint) ?? $"{complaint}")));
    }

    private static void CarryOrUndo(Plan plan, Action undo)
    {
        try
        {
            plan.Carry();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            try
            {
                undo();
            }
            catch (Exception second) when (IsRefusal(second))
            {
                throw new UsageException($"{e.Message}\nWhat was done before could not be undone: {second.Message}", e);
            }
            throw;
        }
    }

    private static bool IsRefusal(Exception e) => e is SystemCallException or PoolException or UsageException;
}
