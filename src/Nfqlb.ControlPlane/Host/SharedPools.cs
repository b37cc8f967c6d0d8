using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The pools in /dev/shm.</summary>
public sealed class SharedPools : IPools
{
    /// <inheritdoc/>
    public PoolMarks? Read(PoolName name)
    {
        if (PoolDirectory.TryOpenTrusted(name) is not { } segment)
        {
            return null;
        }
        var marks = new int[segment.Size.Slots];
        segment.Read(marks, []);
        return new PoolMarks(segment.Size, segment.OwnMark, [.. marks]);
    }

    /// <inheritdoc/>
    public bool IsUnfinished(PoolName name) => PoolDirectory.IsUnfinished(name);

    /// <inheritdoc/>
    public void RemoveUnfinished(PoolName name) => PoolDirectory.RemoveUnfinished(name);

    /// <inheritdoc/>
    public void Carry(PoolChange change)
    {
        switch (change)
        {
            case { After: null }:
                PoolDirectory.Delete(change.Name);
                break;
            case { Before: { } before, After: { } after } when before.IsLike(after):
                PoolDirectory.Change(change.Name, pool => Publish(pool, before, after));
                break;
            case { After: { } after }:
                PoolDirectory.Create(change.Name, after.Size, after.OwnMark, after.Marks.AsSpan());
                break;
        }
    }

    private static void Publish(PoolSegment pool, PoolMarks before, PoolMarks after)
    {
        var marks = new int[pool.Size.Slots];
        pool.Read(marks, []);
        bool isChanged = false;
        for (int slot = 0; slot < Math.Min(marks.Length, after.Marks.Length); slot++)
        {
            if (before.Marks[slot] != after.Marks[slot] && marks[slot] == before.Marks[slot])
            {
                marks[slot] = after.Marks[slot];
                isChanged = true;
            }
        }
        if (isChanged)
        {
            pool.Publish(marks);
        }
    }
}
