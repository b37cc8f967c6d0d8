namespace Nfqlb.Flows.Index;

/// <summary>Flows that are tried one by one, by rank.</summary>
/// <remarks>A chain of short arrays, so that a change to a long list copies little. A list that grows too long turns
/// into a <see cref="RuleSplit"/>, as long as there is a dimension left to split by.</remarks>
internal sealed class RuleList : RuleNode
{
    private const int MostBeforeSplit = 8;
    private const int MostInArray = 64;

    private readonly Rule[] _rules;
    private readonly RuleList? _rest;
    private readonly Dimension _next;

    private RuleList(Rule[] rules, RuleList? rest, Dimension next)
    {
        _rules = rules;
        _rest = rest;
        _next = next;
    }

    public override FlowRank Best => _rules[0].Rank;

    /// <param name="entry">The only flow.</param>
    /// <param name="next">By what to split when the list grows too long.</param>
    public static RuleList Of(FlowEntry entry, Dimension next) => new([new Rule(entry)], null, next);

    public override RuleNode With(FlowEntry entry)
    {
        var list = Insert(new Rule(entry));
        return _next == Dimension.None || list._rules.Length <= MostBeforeSplit ? list : RuleSplit.Of(list._rules, _next);
    }

    public override RuleNode? Without(FlowEntry entry) => Remove(entry);

    public override void Find(in FlowQuery query, ref FlowEntry? found, ref FlowRank rank)
    {
        for (var list = this; list is not null; list = list._rest)
        {
            foreach (ref readonly var rule in list._rules.AsSpan())
            {
                if (!(rule.Rank < rank))
                {
                    return;
                }
                if (rule.Accepts(query))
                {
                    found = rule.Entry;
                    rank = rule.Rank;
                    return;
                }
            }
        }
    }

    private RuleList Insert(Rule rule)
    {
        if (_rest is not null && rule.Rank > _rules[^1].Rank)
        {
            return new RuleList(_rules, _rest.Insert(rule), _next);
        }
        Rule[] rules = [.. _rules.Where(r => r.Rank < rule.Rank), rule, .. _rules.Where(r => r.Rank > rule.Rank)];
        return rules.Length <= MostInArray
            ? new RuleList(rules, _rest, _next)
            : new RuleList(rules[..^1], new RuleList([rules[^1]], _rest, _next), _next);
    }

    private RuleList? Remove(FlowEntry entry)
    {
        if (_rest is not null && entry.Rank > _rules[^1].Rank)
        {
            return new RuleList(_rules, _rest.Remove(entry), _next);
        }
        Rule[] rules = [.. _rules.Where(rule => rule.Rank != entry.Rank)];
        return rules.Length > 0 ? new RuleList(rules, _rest, _next) : _rest;
    }
}
