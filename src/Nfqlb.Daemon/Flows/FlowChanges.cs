using Nfqlb.Daemon.Journal;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Flows;

/// <summary>Changes the flows of this balancer, one at a time, and keeps them where that was asked for.</summary>
/// <remarks>A change is kept before it is in force: one that cannot be kept is refused, and nothing has changed.
/// </remarks>
/// <param name="flows">The flows in force.</param>
/// <param name="pools">The pools they lead to.</param>
/// <param name="journal">Where they are kept; null for nowhere.</param>
/// <param name="log">Is told of flows that cannot be set again.</param>
internal sealed class FlowChanges(FlowTable flows, PoolCatalog pools, FlowJournal? journal, EventLog log)
{
    private readonly Lock _changes = new();
    private bool _isOver;

    /// <summary>Carries a change out; whoever has to know of it before it is in force does so here.</summary>
    public Func<Func<bool>, bool> Around { get; set; } = change => change();

    /// <summary>Flows that were set, and how long it took to put them in force.</summary>
    public Durations Sets { get; } = new();

    /// <summary>Flows that were deleted, likewise.</summary>
    public Durations Deletes { get; } = new();

    /// <summary>Adds a flow or redefines it.</summary>
    /// <returns>False when nothing had to be changed.</returns>
    /// <exception cref="FlowException">It cannot be set, or not be kept.</exception>
    /// <exception cref="PoolException">Its pool cannot be used.</exception>
    public bool Set(Flow flow, FlowPlace? place = null)
    {
        bool isChange = false;
        lock (_changes)
        {
            RefuseWhenOver();
            pools.Use(flow.Target, pool =>
            {
                isChange = flows.IsChange(flow, pool, place);
                if (isChange)
                {
                    Keep(() => place is null
                        ? JournalRecord.Set(flow)
                        : JournalRecord.SetBehindAll([flow, .. flows.FlowsFrom(flow, place)]));
                    Sets.Measure(() => Around(() => flows.Set(flow, pool, place)));
                }
            });
        }
        return isChange;
    }

    /// <summary>Adds many flows at once, behind all of their priorities.</summary>
    /// <returns>False, with nothing done, where they have to be set one by one: one of them is there already, or each
    /// is to be kept before it is in force.</returns>
    /// <exception cref="FlowException">They cannot be set.</exception>
    /// <exception cref="PoolException">A pool cannot be used.</exception>
    public bool TryAdd(IReadOnlyList<Flow> added)
    {
        lock (_changes)
        {
            RefuseWhenOver();
            if (journal is not null || added.Any(flow => flows.Contains(flow.Name)))
            {
                return false;
            }
            pools.UseMany(open =>
            {
                var all = new List<(Flow, TargetPool?)>(added.Count);
                foreach (var flow in added)
                {
                    all.Add((flow, open(flow.Target)));
                }
                Sets.Measure(() => Around(() =>
                {
                    flows.Fill(all);
                    return true;
                }));
            });
            return true;
        }
    }

    /// <summary>Adds flows at a start before it is looked whether all else is as asked for. Where they cannot be,
    /// nothing is done: who looks then finds them missing, and says why.</summary>
    public void AddAhead(IReadOnlyList<Flow> asked)
    {
        try
        {
            _ = asked.Count > 0 && TryAdd(asked);
        }
        catch (Exception e) when (e is PoolException or FlowException)
        {
            // As said.
        }
    }

    /// <summary>Takes a flow away; an unknown one is fine.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="FlowException">That cannot be kept.</exception>
    public bool Delete(FlowName name)
    {
        lock (_changes)
        {
            RefuseWhenOver();
            if (!flows.Contains(name))
            {
                return false;
            }
            Keep(() => JournalRecord.Delete(name));
            return Deletes.Measure(() => Around(() => flows.Delete(name)));
        }
    }

    /// <summary>Does something while no flow is changed; changes wait, and are refused when that was the end of
    /// this balancer.</summary>
    /// <returns>What the action does: true for the end.</returns>
    public bool StandStill(Func<bool> action)
    {
        lock (_changes)
        {
            return _isOver = action();
        }
    }

    /// <summary>Leaves the journal's directory to another process.</summary>
    public void LeaveJournal() => journal?.Leave();

    /// <summary>Does all of <see cref="TakeJournal"/> that can be done before.</summary>
    public void PrepareJournal() => journal?.Prepare(flows.Current);

    /// <summary>Goes on with the journal that another process has left.</summary>
    /// <exception cref="SettingException">It cannot be used.</exception>
    public void TakeJournal() => journal?.Take(flows.Current);

    /// <summary>Sets flows that were there before. Those whose pools are gone are told and left out.</summary>
    /// <param name="found">In the order of their definition.</param>
    public void Restore(IReadOnlyList<Flow> found)
    {
        var lost = new Dictionary<PoolName, int>();
        pools.UseMany(open =>
        {
            var usable = new List<(Flow, TargetPool?)>(found.Count);
            foreach (var flow in found)
            {
                if (lost.TryGetValue(flow.Target, out int count))
                {
                    lost[flow.Target] = count + 1;
                    continue;
                }
                try
                {
                    usable.Add((flow, open(flow.Target)));
                }
                catch (PoolException e)
                {
                    log.Write(
                        Severity.Warning, "flow is left out",
                        new LogField("flow", flow.Name.Text), new LogField("reason", e.Message));
                    lost.Add(flow.Target, 1);
                }
            }
            flows.Fill(usable);
        });
        TellLost(lost);
    }

    private void RefuseWhenOver()
    {
        if (_isOver)
        {
            throw new FlowException("FAIL: another process has taken over; ask again");
        }
    }

    private void TellLost(Dictionary<PoolName, int> lost)
    {
        foreach (var (pool, count) in lost)
        {
            log.Write(
                Severity.Warning, "flows are left out with their pool",
                new LogField("pool", pool.Text), new LogField("flows", $"{count}"));
        }
        if (lost.Count == 0 || journal is not { Found.Count: > 0 })
        {
            return;
        }
        try
        {
            log.Write(
                Severity.Warning, "all flows as they were found are kept", new LogField("file", journal.CopyAside()));
            journal.Rewrite(flows.Current);
        }
        catch (IOException e)
        {
            throw new SettingException(nameof(ServiceSettings.Journal), null, e.Message, e);
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
