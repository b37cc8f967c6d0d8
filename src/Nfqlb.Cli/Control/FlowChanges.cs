using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.State;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Control;

/// <summary>Changes the flows of this balancer, one change at a time, and keeps them where that was asked for.
/// </summary>
/// <remarks>A change is kept before it is in force: one that cannot be kept is refused, and nothing has changed.
/// </remarks>
/// <param name="flows">The flows in force.</param>
/// <param name="pools">The pools they lead to.</param>
/// <param name="journal">Where they are kept; null for nowhere.</param>
internal sealed class FlowChanges(FlowTable flows, PoolCatalog pools, FlowJournal? journal)
{
    private readonly Lock _changes = new();

    /// <summary>Adds a flow or redefines it.</summary>
    /// <returns>False when nothing had to be changed.</returns>
    /// <exception cref="FlowException">It cannot be set, or not be kept.</exception>
    /// <exception cref="PoolException">Its pool cannot be used.</exception>
    public bool Set(Flow flow)
    {
        bool isChange = false;
        lock (_changes)
        {
            pools.Use(flow.Target, pool =>
            {
                isChange = flows.IsChange(flow, pool);
                if (isChange)
                {
                    Keep(() => JournalRecord.Set(flow));
                    flows.Set(flow, pool);
                }
            });
        }
        return isChange;
    }

    /// <summary>Takes a flow away; an unknown one is fine.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="FlowException">That cannot be kept.</exception>
    public bool Delete(FlowName name)
    {
        lock (_changes)
        {
            if (!flows.Contains(name))
            {
                return false;
            }
            Keep(() => JournalRecord.Delete(name));
            return flows.Delete(name);
        }
    }

    /// <summary>Sets the flows that were kept. Those whose pools are gone are told to stderr and left out.</summary>
    public void Restore()
    {
        if (journal is null)
        {
            return;
        }
        var lost = new Dictionary<PoolName, int>();
        foreach (var flow in journal.Found)
        {
            try
            {
                pools.Use(flow.Target, pool => flows.Set(flow, pool));
            }
            catch (PoolException e)
            {
                if (!lost.TryGetValue(flow.Target, out int count))
                {
                    Output.Complaint.WriteLine($"--state: flow [{flow.Name}] is left out: {e.Message}");
                }
                lost[flow.Target] = count + 1;
            }
        }
        TellLost(lost);
    }

    private void TellLost(Dictionary<PoolName, int> lost)
    {
        if (lost.Count == 0)
        {
            return;
        }
        foreach (var (pool, count) in lost)
        {
            Output.Complaint.WriteLine($"--state: {count} flows are left out with pool [{pool}]");
        }
        try
        {
            Output.Complaint.WriteLine($"--state: all flows as they were found are in {journal!.SetAside()}");
            journal.Rewrite(flows.Current);
        }
        catch (IOException e)
        {
            throw new UsageException($"--state: {e.Message}", e);
        }
    }

    private void Keep(Func<byte[]> record)
    {
        try
        {
            journal?.Append(record(), flows.Current);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException($"FAIL: cannot be kept: {e.Message}");
        }
    }
}
