using System.Collections.Concurrent;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The pools in /dev/shm.</summary>
/// <remarks>For any thread. What a pool was told last is remembered: who asks again gets the same, without reading it.
/// </remarks>
public sealed class SharedPools : IPools
{
    private readonly ConcurrentDictionary<PoolName, ToldPool> _known = [];

    /// <inheritdoc/>
    public PoolContent? Read(PoolName name)
    {
        if (PoolDirectory.TryReadTrusted(name, _known.GetValueOrDefault(name)) is not { } reading)
        {
            _known.TryRemove(name, out _);
            return null;
        }
        _known[name] = reading;
        return reading.Content;
    }

    /// <inheritdoc/>
    public bool IsUnfinished(PoolName name) => PoolDirectory.IsUnfinished(name);

    /// <inheritdoc/>
    public void RemoveUnfinished(PoolName name) => PoolDirectory.RemoveUnfinished(name);

    /// <inheritdoc/>
    public void SetHealth(PoolName name, IReadOnlyList<SlotHealth> all) =>
        Change(name, pool => pool.WithHealth(all));

    /// <inheritdoc/>
    public void Carry(PoolChange change)
    {
        switch (change)
        {
            case { After: null }:
                PoolDirectory.Delete(change.Name);
                break;
            case { Before: not null, IsReplacement: false }:
                Change(change.Name, change.On);
                break;
            case { After: { } after }:
                PoolDirectory.Create(change.Name, after);
                break;
        }
    }

    private void Change(PoolName name, Func<PoolContent, PoolContent> change)
    {
        if (PoolDirectory.Change(name, change, _known.GetValueOrDefault(name)) is { } told)
        {
            _known[name] = told;
        }
    }
}
