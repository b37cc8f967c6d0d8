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

    public static RuleNode Of(IEnumerable<FlowEntry> entries, Dimension dimension) =>
        entries.Aggregate((RuleNode)Empty(dimension), (split, entry) => split.With(entry));

    public override RuleNode With(FlowEntry entry)
    {
        var parts = _parts;
        foreach (var prefix in _dimension.PrefixesOf(entry.Flow))
        {
            var part = parts.Get(prefix)?.With(entry) ?? new Rule(entry, _dimension.Next());
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

    public override void Find(in FlowQuery query, ref Rule? found)
    {
        var key = _dimension.KeyOf(query);
        foreach (ref readonly var level in _parts.Levels)
        {
            if (level.Find(key) is { } part && (found is null || part.Best < found.Best))
            {
                part.Find(query, ref found);
            }
        }
    }
}
