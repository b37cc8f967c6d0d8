using System.Collections.Immutable;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Model;

/// <summary>What was found says another state, weight or priority of targets that are there, and nothing else: it is
/// brought into a state without reading the document again.</summary>
/// <param name="services">The targets, by service and name.</param>
public sealed class Restatement(IReadOnlyDictionary<string, IReadOnlyDictionary<string, FoundTarget>> services)
{
    private readonly Dictionary<PoolName, Dictionary<string, (DesiredTarget Last, DesiredTarget Next)>> _pools = [];
    private (DesiredState Last, DesiredState Next)? _source;

    /// <summary>What the source asks for from now on.</summary>
    /// <param name="last">What it asked for before.</param>
    public DesiredState Of(DesiredState last)
    {
        var next = Next(last);
        _source = (last, next);
        return next;
    }

    private DesiredState Next(DesiredState last)
    {
        _pools.Clear();
        var pools = last.Pools;
        for (int i = 0; i < pools.Length; i++)
        {
            var targets = pools[i].Targets;
            ImmutableArray<DesiredTarget>.Builder? next = null;
            for (int j = 0; j < targets.Length; j++)
            {
                if (Find(targets[j]) is { } found)
                {
                    next ??= targets.ToBuilder();
                    next[j] = targets[j] with
                    {
                        State = found.State,
                        Weight = found.Weight,
                        Priority = found.Priority,
                    };
                    Note(pools[i].Name, targets[j], next[j]);
                }
            }
            pools = next is null ? pools : pools.SetItem(i, pools[i] with { Targets = next.DrainToImmutable() });
        }
        return last with { Pools = pools };
    }

    /// <summary>What is asked for from now on: of a target that is said otherwise the new word holds, whatever was made
    /// of it by hand. Only after <see cref="Of"/>.</summary>
    /// <param name="present">What is asked for at present, by whomever.</param>
    /// <returns>Null where one of them is not there any more, or was moved: that is to be merged as a whole.</returns>
    public DesiredState? Over(DesiredState present)
    {
        if (_source is var (last, source) && ReferenceEquals(present, last))
        {
            return source; // Nobody says otherwise.
        }
        var pools = present.Pools;
        int left = 0;
        foreach (var restated in _pools.Values)
        {
            left += restated.Count;
        }
        for (int i = 0; i < pools.Length; i++)
        {
            if (!_pools.TryGetValue(pools[i].Name, out var restated))
            {
                continue;
            }
            var next = pools[i].Targets.ToBuilder();
            for (int j = 0; j < next.Count; j++)
            {
                if (next[j].Name is { } name && restated.TryGetValue(name, out var word))
                {
                    if (next[j].Slot != word.Last.Slot || !next[j].LeadsTo(word.Last))
                    {
                        return null;
                    }
                    next[j] = word.Next;
                    left--;
                }
            }
            pools = pools.SetItem(i, pools[i] with { Targets = next.DrainToImmutable() });
        }
        return left == 0 ? present with { Pools = pools } : null;
    }

    private FoundTarget? Find(DesiredTarget target) => target is { FoundIn: { } service, Name: { } name }
        && services.TryGetValue(service, out var restated) && restated.TryGetValue(name, out var found) ? found : null;

    private void Note(PoolName pool, DesiredTarget last, DesiredTarget next)
    {
        if (!_pools.TryGetValue(pool, out var restated))
        {
            _pools[pool] = restated = [];
        }
        restated[next.Name!] = (last, next);
    }
}
