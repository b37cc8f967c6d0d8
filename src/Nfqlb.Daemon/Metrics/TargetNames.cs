using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Metrics;

/// <summary>The names of targets: those that a keyed pool has itself, and those that commands and files gave.</summary>
/// <remarks>One thread at a time. What was given is read anew when somebody has changed it.</remarks>
/// <param name="store">The name that what is asked for is kept under; null where nobody keeps it.</param>
internal sealed class TargetNames(PoolName? store)
{
    private readonly Dictionary<(PoolName Pool, int Slot, FirewallMark Mark), string> _given = [];
    private SegmentIdentity? _read;

    /// <summary>Reads what was given since.</summary>
    public void Refresh()
    {
        try
        {
            var now = store is { } name ? SharedMemorySegment.FindIdentity(name.Text) : null;
            if (now == _read)
            {
                return;
            }
            _read = now;
            _given.Clear();
            foreach (var (pool, target) in StateStore.Look(store!.Value).Targets)
            {
                if (target.Name is { } given)
                {
                    _given[(pool.Name, target.Slot, target.Mark)] = $"{given}";
                }
            }
        }
        catch (Exception e) when (e is StateStoreException or SystemCallException)
        {
            // Nothing that can be used is kept there, as `status` says; numbers are told without names.
            _given.Clear();
        }
    }

    /// <summary>Its name; empty for none.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="slot">Where it stands.</param>
    /// <param name="target">What the pool says of it.</param>
    public string Of(PoolName pool, int slot, SlotTarget target) =>
        target.Name is { } own ? own.Text : _given.GetValueOrDefault((pool, slot, target.Mark), "");
}
