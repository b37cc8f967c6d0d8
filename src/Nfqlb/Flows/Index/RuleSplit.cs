namespace Nfqlb.Flows.Index;

/// <summary>Flows sorted by what they accept in one dimension.</summary>
internal sealed class RuleSplit : RuleNode
{
    private readonly Dimension _dimension;
    private readonly PrefixMap<RuleNode> _parts;

    private RuleSplit(Dimension dimension, PrefixMap<RuleNode> parts, FlowRank best)
    {
        _dimension = dimension;
        _parts = parts;
        Best = best;
    }

    public override FlowRank Best { get; }

    /// <summary>No flows yet.</summary>
    public static RuleSplit Empty(Dimension dimension) => new(dimension, PrefixMap<RuleNode>.Empty, FlowRank.Last);

    /// <summary>Many flows at once.</summary>
    /// <param name="entries">By rank.</param>
    /// <param name="dimension">By what to sort them.</param>
    public static RuleSplit Of(IReadOnlyList<FlowEntry> entries, Dimension dimension)
    {
        var next = dimension.Next();
        int places = 0;
        foreach (var entry in entries)
        {
            places += dimension.PlacesOf(entry.Flow);
        }
        var parts = new Dictionary<Prefix, RuleNode>(places);
        var shared = new Dictionary<Prefix, List<Rule>>();
        // All of them first: those of neighbours stand side by side in memory, on few pages.
        var alone = new Rule[entries.Count];
        for (int i = 0; i < alone.Length; i++)
        {
            alone[i] = new Rule(entries[i], next);
        }
        foreach (var rule in alone)
        {
            foreach (var prefix in dimension.PrefixesOf(rule.Entry.Flow))
            {
                if (parts.TryAdd(prefix, rule))
                {
                    continue;
                }
                if (shared.TryGetValue(prefix, out var rules))
                {
                    rules.Add(rule);
                }
                else
                {
                    shared.Add(prefix, new List<Rule> { (Rule)parts[prefix], rule });
                }
            }
        }
        foreach (var (prefix, rules) in shared)
        {
            parts[prefix] = RuleList.Of(rules, next);
        }
        var best = entries.Count == 0 ? FlowRank.Last : entries[0].Rank;
        return new RuleSplit(dimension, PrefixMap<RuleNode>.Of(parts), best);
    }

    public override RuleNode With(FlowEntry entry)
    {
        var parts = _parts;
        var alone = new Rule(entry, _dimension.Next());
        foreach (var prefix in _dimension.PrefixesOf(entry.Flow))
        {
            var part = parts.Get(prefix)?.With(entry) ?? alone;
            parts = parts.With(prefix, part);
        }
        return new RuleSplit(_dimension, parts, entry.Rank < Best ? entry.Rank : Best);
    }

    public override RuleNode? Without(FlowEntry entry)
    {
        var parts = _parts;
        foreach (var prefix in _dimension.PrefixesOf(entry.Flow))
        {
            parts = parts.With(prefix, parts.Get(prefix)!.Without(entry));
        }
        if (parts.IsEmpty)
        {
            return null;
        }
        var best = entry.Rank == Best ? parts.Values.Min(part => part.Best) : Best;
        return new RuleSplit(_dimension, parts, best);
    }

    public override Rule? Find(in FlowQuery query, Rule? found)
    {
        var key = _dimension.KeyOf(query);
        foreach (ref readonly var level in _parts.Levels)
        {
            if (level.Find(key) is { } part && (found is null || part.Best < found.Best))
            {
                found = part.Find(query, found);
            }
        }
        return found;
    }
}
