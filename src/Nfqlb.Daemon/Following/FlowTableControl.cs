using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Flows;
using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Daemon.Following;

/// <summary>The flows of this process.</summary>
/// <param name="table">The flows in force.</param>
/// <param name="changes">Changes them.</param>
internal sealed class FlowTableControl(FlowTable table, FlowChanges changes) : IFlowControl
{
    /// <summary>For so many new ones among those that are there, the set is quicker made anew.</summary>
    private const int ManyOf = 16;

    private FlowSet? _set;
    private IReadOnlyList<Flow> _flows = [];

    /// <inheritdoc/>
    public string Address => "this process";

    /// <summary>The same list as long as nothing changes.</summary>
    public IReadOnlyList<Flow> Read()
    {
        var current = table.Current;
        if (current != _set)
        {
            var flows = new List<Flow>();
            foreach (var entry in current.Entries)
            {
                if (!entry.Flow.Name.IsHelper)
                {
                    flows.Add(entry.Flow);
                }
            }
            (_set, _flows) = (current, flows);
        }
        return _flows;
    }

    /// <inheritdoc/>
    public void Carry(IReadOnlyList<FlowChange> all)
    {
        var added = new List<Flow>(all.Count);
        foreach (var change in all)
        {
            if (change is { Before: null, IsMove: false, After: { } after })
            {
                added.Add(after.Flow);
            }
        }
        if (added.Count == all.Count && all.Count > table.Current.Count / ManyOf && changes.TryAdd(added))
        {
            return;
        }
        foreach (var change in all)
        {
            Carry(change);
        }
    }

    /// <inheritdoc/>
    public void Carry(FlowChange change)
    {
        try
        {
            if (change.After is null || change.IsReplacement)
            {
                changes.Delete(change.Name);
            }
            if (change.After is { } after)
            {
                bool isMove = change.IsReplacement ? after.Next is not null : change.IsMove;
                changes.Set(after.Flow, isMove ? new FlowPlace(after.Next) : null);
            }
        }
        catch (FlowException e)
        {
            throw new FlowException($"flow [{change.Name}]: {e.Message}");
        }
    }
}
