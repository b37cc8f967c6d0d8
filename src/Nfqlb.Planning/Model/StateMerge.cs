using System.Collections.Immutable;

namespace Nfqlb.Planning.Model;

/// <summary>Brings what a source has changed into what is asked for, beside what others have asked for since.</summary>
/// <remarks>
/// Object by object: a pool, a target, a flow, a virtual address, a feature of a link, a setting. What the source says
/// of an object as it did before leaves it as it is now, changed, deleted or not; what it says anew holds; what it says
/// no more goes, and what it has never said stays. Where a pool is deleted by hand and the source says anything new of
/// it or of its targets, all of it comes back.
/// </remarks>
public static class StateMerge
{
    /// <summary>What is asked for from now on.</summary>
    /// <param name="last">What the source asked for before.</param>
    /// <param name="next">What it asks for now. Flows have its order; those of others come behind.</param>
    /// <param name="present">What is asked for at present, by whomever.</param>
    public static DesiredState Of(DesiredState last, DesiredState next, DesiredState present) =>
        ReferenceEquals(last, next) ? present : next with
    {
        Rules = Of(last.Rules, next.Rules, present.Rules),
        MarkMask = Of(last.MarkMask, next.MarkMask, present.MarkMask),
        Queues = Of(last.Queues, next.Queues, present.Queues),
        Announcing = Of(last.Announcing, next.Announcing, present.Announcing),
        FastPath = Of(last.FastPath, next.FastPath, present.FastPath),
        Pools = Of(last.Pools, next.Pools, present.Pools, pool => pool.Name, IsSame, Of),
        Flows = Of(last.Flows, next.Flows, present.Flows, flow => flow.Name, (one, other) => one.IsSameAs(other)),
        Vips = Of(last.Vips, next.Vips, present.Vips, vip => vip.Prefix, Equals),
        Features = Of(
            last.Features, next.Features, present.Features, feature => feature.Key,
            (one, other) => one.IsSameAs(other)),
        Sysctls = Of(last.Sysctls, next.Sysctls, present.Sysctls, sysctl => sysctl.Name, Equals),
    };

    /// <summary>The same, and all that the source asks for now holds, whatever was made of it by hand.</summary>
    public static DesiredState Anew(DesiredState last, DesiredState next, DesiredState present) =>
        Of(DesiredState.Empty, next, Of(last, next, present)) with
        {
            Rules = next.Rules,
            MarkMask = next.MarkMask,
            Queues = next.Queues,
            Announcing = next.Announcing,
            FastPath = next.FastPath,
        };

    /// <summary>What is asked for otherwise than by a source, a line each: `+` for what stands beside it, `-` for what
    /// it asks for and somebody has taken out, `~` for what somebody has changed.</summary>
    /// <param name="source">What the source asks for.</param>
    /// <param name="present">What is asked for at present.</param>
    public static IEnumerable<string> Differences(DesiredState source, DesiredState present) =>
        ReferenceEquals(source, present) ? [] :
    [
        .. source.Rules == present.Rules ? [] : (string[])["~ rules"],
        .. source.MarkMask == present.MarkMask ? [] : (string[])["~ mark_mask"],
        .. source.Queues == present.Queues ? [] : (string[])["~ queues"],
        .. source.Announcing == present.Announcing ? [] : (string[])["~ announce"],
        .. source.FastPath == present.FastPath ? [] : (string[])["~ fast_path"],
        .. Lines(source.Pools, present.Pools, pool => $"pool {pool.Name}", IsSameBut),
        .. Lines(
            TargetsBeside(source, present), TargetsBeside(present, source),
            pair => $"target {pair.Pool.Name}/{pair.Target}",
            (one, other) => IsSame(one.Target, other.Target)),
        .. Lines(
            source.Flows, present.Flows, flow => $"flow {flow.Name}", (one, other) => one.IsSameAs(other)),
        .. Lines(source.Vips, present.Vips, vip => $"vip {vip.Prefix.ToPlainString()}", Equals),
        .. Lines(
            source.Features, present.Features, feature => $"link {feature.Key.Link}: {feature.Key.Name}",
            (one, other) => one.IsSameAs(other)),
        .. Lines(source.Sysctls, present.Sysctls, sysctl => $"sysctl {sysctl.Name}", Equals),
    ];

    /// <summary>The targets of pools that have other ones than in another state.</summary>
    private static List<PooledTarget> TargetsBeside(DesiredState one, DesiredState other)
    {
        var targets = new List<PooledTarget>();
        for (int i = 0; i < one.Pools.Length; i++)
        {
            var pool = one.Pools[i];
            if (i >= other.Pools.Length || other.Pools[i].Name != pool.Name
                || !IsSame(pool.Targets, other.Pools[i].Targets, ReferenceEquals))
            {
                foreach (var target in pool.Targets)
                {
                    targets.Add(new PooledTarget(pool, target));
                }
            }
        }
        return targets;
    }

    private static T Of<T>(T last, T next, T present) => Equals(last, next) ? present : next;

    private static ImmutableArray<T> Of<TKey, T>(
        ImmutableArray<T> last, ImmutableArray<T> next, ImmutableArray<T> present, Func<T, TKey> keyOf,
        Func<T, T, bool> isSame, Func<T?, T, T, T>? merge = null)
        where TKey : notnull
        where T : class
    {
        if (IsSame(last, next, isSame))
        {
            return present;
        }
        var before = ByKey(last, keyOf);
        var now = ByKey(present, keyOf);
        var merged = ImmutableArray.CreateBuilder<T>();
        var said = new HashSet<TKey>();
        foreach (var one in next)
        {
            said.Add(keyOf(one));
            var old = before.GetValueOrDefault(keyOf(one));
            bool isOldWord = old is not null && isSame(old, one);
            if (now.TryGetValue(keyOf(one), out var there))
            {
                merged.Add(merge is not null ? merge(old, one, there) : isOldWord ? there : one);
            }
            else if (!isOldWord)
            {
                merged.Add(one);
            }
        }
        foreach (var one in present)
        {
            if (!said.Contains(keyOf(one)) && !before.ContainsKey(keyOf(one)))
            {
                merged.Add(one);
            }
        }
        return merged.DrainToImmutable();
    }

    private static DesiredPool Of(DesiredPool? last, DesiredPool next, DesiredPool present)
    {
        var pool = last is not null && IsSameBut(last, next) ? present : next;
        return pool with
        {
            Targets =
            [
                .. Of(last?.Targets ?? [], next.Targets, present.Targets, target => $"{target}", IsSame)
                    .OrderBy(target => target.Slot),
            ],
        };
    }

    private static bool IsSame<T>(ImmutableArray<T> one, ImmutableArray<T> other, Func<T, T, bool> isSame)
    {
        bool areSame = one.Length == other.Length;
        for (int i = 0; one != other && areSame && i < one.Length; i++)
        {
            areSame = isSame(one[i], other[i]);
        }
        return areSame;
    }

    private static bool IsSame(DesiredPool one, DesiredPool other) =>
        IsSameBut(one, other) && IsSame(one.Targets, other.Targets, IsSame);

    /// <summary>But for its targets.</summary>
    private static bool IsSameBut(DesiredPool one, DesiredPool other) =>
        one with { Targets = [] } == other with { Targets = [] };

    /// <summary>A table that is named, and is the one that it would have anyway, is no difference.</summary>
    private static bool IsSame(DesiredTarget one, DesiredTarget other) =>
        ReferenceEquals(one, other) || one with { Table = one.Table } == other with { Table = other.Table };

    private static Dictionary<TKey, T> ByKey<TKey, T>(IEnumerable<T> values, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        var byKey = new Dictionary<TKey, T>();
        foreach (var value in values)
        {
            byKey.TryAdd(keyOf(value), value);
        }
        return byKey;
    }

    private static List<string> Lines<T>(
        IReadOnlyList<T> source, IReadOnlyList<T> present, Func<T, string> words, Func<T, T, bool> isSame)
        where T : class
    {
        var now = ByKey(present, words);
        var lines = new List<string>();
        var said = new HashSet<string>();
        foreach (var one in source)
        {
            said.Add(words(one));
            if (!now.TryGetValue(words(one), out var there))
            {
                lines.Add($"- {words(one)}");
            }
            else if (!isSame(one, there))
            {
                lines.Add($"~ {words(one)}");
            }
        }
        foreach (var one in present)
        {
            if (!said.Contains(words(one)))
            {
                lines.Add($"+ {words(one)}");
            }
        }
        return lines;
    }
}
