using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The pools in /dev/shm.</summary>
public sealed class SharedPools : IPools
{
    /// <inheritdoc/>
    public PoolContent? Read(PoolName name) => PoolDirectory.TryOpenTrusted(name)?.ReadContent();

    /// <inheritdoc/>
    public bool IsUnfinished(PoolName name) => PoolDirectory.IsUnfinished(name);

    /// <inheritdoc/>
    public void RemoveUnfinished(PoolName name) => PoolDirectory.RemoveUnfinished(name);

    /// <inheritdoc/>
    public void SetHealth(PoolName name, IReadOnlyList<SlotHealth> all) =>
        PoolDirectory.Change(name, pool => pool.WithHealth(all));

    /// <inheritdoc/>
    public void Carry(PoolChange change)
    {
        switch (change)
        {
            case { After: null }:
                PoolDirectory.Delete(change.Name);
                break;
            case { Before: not null, IsReplacement: false }:
                PoolDirectory.Change(change.Name, change.On);
                break;
            case { After: { } after }:
                PoolDirectory.Create(change.Name, after);
                break;
        }
    }
}
