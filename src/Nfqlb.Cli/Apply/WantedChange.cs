using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Documents;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Wanted;

namespace Nfqlb.Cli.Apply;

/// <summary>A change of what is wanted, carried out at once. Two at a time exclude each other.</summary>
internal static class WantedChange
{
    /// <summary>Checks, compares, notes what is wanted, and carries it out. Where the kernel refuses, what was wanted
    /// before is wanted again.</summary>
    /// <param name="extent">What the change is about.</param>
    /// <param name="change">Gives what is wanted from now on, of what was until now.</param>
    /// <exception cref="UsageException">It cannot be; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused it.</exception>
    /// <returns>What was done.</returns>
    public static Plan Carry(Extent extent, Func<WantedState, WantedState> change)
    {
        using var store = WantedStore.Lock();
        var before = store.Read();
        var wanted = Checked(change(before));
        WantedState[] known = [before];
        if (store.ReadUnfinished() is { } unfinished)
        {
            // Somebody was killed: whatever he was about, it is put right now.
            known = [before, unfinished];
            extent |= Extent.Targets | Extent.Vips;
        }
        var plan = Plan.Between(known, wanted, extent);
        if (plan.Steps.Count > 0)
        {
            store.Begin(wanted);
            CarryOrUndo(plan, () =>
            {
                Plan.Between([.. known, wanted], before, extent).Carry();
                store.End();
            });
        }
        store.Write(wanted);
        store.End();
        return plan;
    }

    /// <summary>What would be done. Changes nothing.</summary>
    /// <exception cref="UsageException">It cannot be.</exception>
    public static Plan Preview(Extent extent, Func<WantedState, WantedState> change)
    {
        using var store = WantedStore.Lock();
        var before = store.Read();
        return Plan.Between([before, store.ReadUnfinished() ?? before], Checked(change(before)), extent);
    }

    private static WantedState Checked(WantedState wanted)
    {
        Complaint[] complaints = [.. WantedCheck.Complaints(wanted)];
        return complaints.Length == 0
            ? wanted
            : throw new UsageException(string.Join('\n', complaints.Select(complaint => $"{complaint}")));
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
