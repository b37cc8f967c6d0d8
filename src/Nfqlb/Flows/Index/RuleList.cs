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

    public override FlowRank Best => _rules[0].Best;

    /// <param name="rule">The only flow.</param>
    /// <param name="next">By what to split when the list grows too long.</param>
    public static RuleList Of(Rule rule, Dimension next) => new([rule], null, next);

    /// <summary>Many flows at once.</summary>
    /// <param name="rules">By rank, with the same dimension next; at least one.</param>
    /// <param name="next">By what to split.</param>
    public static RuleNode Of(List<Rule> rules, Dimension next)
    {
        if (rules.Count > MostBeforeSplit && next != Dimension.None)
        {
            return RuleSplit.Of(rules.ConvertAll(rule => rule.Entry), next);
        }
        RuleList? list = null;
        for (int end = rules.Count; end > 0; end -= MostInArray / 2)
        {
            int start = Math.Max(0, end - MostInArray / 2);
            list = new RuleList(rules.GetRange(start, end - start).ToArray(), list, next);
        }
        return list!;
    }

    public override RuleNode With(FlowEntry entry)
    {
        var list = Insert(new Rule(entry, _next));
        return _next == Dimension.None || list._rules.Length <= MostBeforeSplit
            ? list
            : RuleSplit.Of([.. list._rules.Select(rule => rule.Entry)], _next);
    }

    public override RuleNode? Without(FlowEntry entry) => Remove(entry);

    public override Rule? Find(in FlowQuery query, Rule? found)
    {
        for (var list = this; list is not null; list = list._rest)
        {
            foreach (var rule in list._rules)
            {
                if (found is not null && found.Best < rule.Best)
                {
                    return found;
                }
                if (rule.Accepts(query))
                {
                    return rule;
                }
            }
        }
        return found;
    }

    private RuleList Insert(Rule added)
    {
        if (_rest is not null && _rules[^1].Best < added.Best)
        {
            return Chain(_rules, _rest.Insert(added));
        }
        Rule[] rules = [.. _rules.Append(added).OrderBy(rule => rule.Best)];
        return rules.Length <= MostInArray
            ? Chain(rules, _rest)
            : Chain(rules[..(MostInArray / 2)], Chain(rules[(MostInArray / 2)..], _rest));
    }

    private RuleList? Remove(FlowEntry entry)
    {
        if (_rest is not null && _rules[^1].Best < entry.Rank)
        {
            return Chain(_rules, _rest.Remove(entry));
        }
        Rule[] rules = [.. _rules.Where(rule => rule.Best != entry.Rank)];
        return rules.Length > 0 ? Chain(rules, _rest) : _rest;
    }

    /// <summary>Joins short arrays, so that the chain stays short, whatever comes and goes.</summary>
    private RuleList Chain(Rule[] rules, RuleList? rest) =>
        rest is not null && rules.Length + rest._rules.Length <= MostInArray / 2
            ? new RuleList([.. rules, .. rest._rules], rest._rest, _next)
            : new RuleList(rules, rest, _next);
}
