namespace Nfqlb.Filters;

/// <summary>All chains of packet filters, as packets come by them.</summary>
public sealed class FilterSet
{
    private readonly ILookup<FilterHook, FilterChain> _bases;
    private readonly Dictionary<string, FilterChain> _byName;

    /// <summary>Sorts them.</summary>
    /// <param name="chains">All there are.</param>
    public FilterSet(IReadOnlyList<FilterChain> chains)
    {
        _bases = chains.Where(chain => chain.Hook is not null).OrderBy(chain => chain.Priority)
            .ToLookup(chain => chain.Hook!.Value);
        _byName = chains.DistinctBy(chain => $"{chain}").ToDictionary(chain => $"{chain}");
    }

    /// <summary>The chains of a hook, in the order in which packets come by.</summary>
    /// <param name="hook">Where.</param>
    public IEnumerable<FilterChain> Of(FilterHook hook) => _bases[hook];

    /// <summary>The chain that a rule goes on with; null where it is gone.</summary>
    /// <param name="chain">The chain of the rule.</param>
    /// <param name="rule">The rule.</param>
    public FilterChain? Next(FilterChain chain, FilterRule rule) =>
        rule.Chain is { } name ? _byName.GetValueOrDefault((chain with { Name = name }).ToString()) : null;
}
