namespace Nfqlb.Planning.Model;

/// <summary>What a source says anew of which the host shows nothing: it is for `serve` itself to do, or to look at.
/// </summary>
public static class ServedNews
{
    /// <summary>Each in a few words, by the keys of documents: `checks of pool web changed`, `fast_path off`.</summary>
    /// <param name="last">What the source asked for before.</param>
    /// <param name="next">What it asks for now.</param>
    public static IEnumerable<string> Of(DesiredState last, DesiredState next)
    {
        if (last.FastPath != next.FastPath)
        {
            yield return next.FastPath is { } fastPath ? $"fast_path at {fastPath}" : "fast_path off";
        }
        if (last.Announcing != next.Announcing)
        {
            yield return next.Announcing is null ? "announce off" : "announce changed";
        }
        if (!last.Sysctls.AsSpan().SequenceEqual(next.Sysctls.AsSpan()))
        {
            yield return "sysctls changed";
        }
        var before = last.Pools.ToDictionary(pool => pool.Name);
        foreach (var pool in next.Pools)
        {
            if (!before.TryGetValue(pool.Name, out var old) || ReferenceEquals(old, pool))
            {
                continue;
            }
            if (old.Check != pool.Check || AreCheckedOtherwise(old, pool))
            {
                yield return $"checks of pool {pool.Name} changed";
            }
            if (old.PanicPercent != pool.PanicPercent)
            {
                yield return $"panic of pool {pool.Name} {pool.PanicPercent}%";
            }
            if (old.SlowStart != pool.SlowStart)
            {
                yield return pool.SlowStart is { Length: var length }
                    ? $"slow_start of pool {pool.Name} {Duration.Text(length)}" : $"slow_start of pool {pool.Name} off";
            }
        }
    }

    /// <summary>Some target that is in both has other checks of its own. Both have targets by slot.</summary>
    private static bool AreCheckedOtherwise(DesiredPool old, DesiredPool pool)
    {
        bool isOtherwise = false;
        for (int i = 0, j = 0; !isOtherwise && i < old.Targets.Length && j < pool.Targets.Length;)
        {
            var (was, now) = (old.Targets[i], pool.Targets[j]);
            isOtherwise = was.Slot == now.Slot && was.LeadsTo(now) && was.Check != now.Check;
            i += was.Slot <= now.Slot ? 1 : 0;
            j += now.Slot <= was.Slot ? 1 : 0;
        }
        return isOtherwise;
    }
}
