using System.Collections.Immutable;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>What was written of each target last, so that of a state that is kept again and again only what has changed
/// is written anew. Owned by one thread.</summary>
/// <remarks>A target is a value: the same object is the same words.</remarks>
public sealed class StoredPieces
{
    private readonly Dictionary<PoolName, Pool> _pools = [];

    /// <summary>The targets of a pool, as they stand in a document.</summary>
    internal ListNode Targets(DesiredPool pool)
    {
        var known = _pools.GetValueOrDefault(pool.Name);
        if (known is null || known.Targets != pool.Targets)
        {
            _pools[pool.Name] = known = new Pool(pool.Targets, Written(pool.Targets, known), null);
        }
        return new ListNode(known.Json, line: 0);
    }

    /// <summary>In which services they were found; null for none.</summary>
    internal DocumentNode? Found(DesiredPool pool)
    {
        var known = _pools[pool.Name];
        if (known.Found is { } found && AreFoundAlike(found.Targets, pool.Targets))
        {
            return found.Json;
        }
        var services = new TreeMap();
        foreach (var target in pool.Targets)
        {
            services.Add(target.Name ?? "", target.FoundIn is { } service ? ScalarNode.Of(service) : null);
        }
        var json = services.Node.Entries.Count == 0 ? null
            : new WrittenNode(JsonNotation.Write(services.Node, isIndented: false));
        _pools[pool.Name] = known with { Found = new(pool.Targets, json) };
        return json;
    }

    /// <summary>Pools that are there no more are forgotten.</summary>
    internal void KeepOnly(IEnumerable<DesiredPool> pools)
    {
        foreach (var name in _pools.Keys.Except(pools.Select(pool => pool.Name)).ToList())
        {
            _pools.Remove(name);
        }
    }

    private static DocumentNode[] Written(ImmutableArray<DesiredTarget> targets, Pool? known)
    {
        var json = new DocumentNode[targets.Length];
        int last = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            // Both are by slot.
            while (last < known?.Targets.Length && known.Targets[last].Slot < targets[i].Slot)
            {
                last++;
            }
            json[i] = last < known?.Targets.Length && ReferenceEquals(known.Targets[last], targets[i])
                ? known.Json[last]
                : new WrittenNode(JsonNotation.Write(DocumentTree.Of(targets[i]), isIndented: false));
        }
        return json;
    }

    private static bool AreFoundAlike(ImmutableArray<DesiredTarget> one, ImmutableArray<DesiredTarget> other)
    {
        bool areAlike = one.Length == other.Length;
        for (int i = 0; areAlike && i < one.Length; i++)
        {
            areAlike = ReferenceEquals(one[i], other[i])
                || (one[i].Name == other[i].Name && one[i].FoundIn == other[i].FoundIn);
        }
        return areAlike;
    }

    private sealed record Pool(ImmutableArray<DesiredTarget> Targets, DocumentNode[] Json, FoundJson? Found);

    private sealed record FoundJson(ImmutableArray<DesiredTarget> Targets, DocumentNode? Json);
}
