using Nfqlb.Routing;

namespace Nfqlb.Planning.Plans;

/// <summary>A rule of ours comes or goes. It is all key: one that changes is another one.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="IsAddition">It comes, behind all others of its priority; else it goes.</param>
public sealed record RuleChange(RoutingRule Rule, bool IsAddition) : Change
{
    /// <summary>Of a change of several rules, of which some come and some go, in their order.</summary>
    public required Stage When { get; init; }

    /// <inheritdoc/>
    public override Stage Stage => When;

    /// <inheritdoc/>
    public override object Subject => Rule;

    /// <inheritdoc/>
    public override Change Inverse => new RuleChange(Rule, !IsAddition)
    {
        When = IsAddition ? Stage.DeleteRules : Stage.AddRules,
    };

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => [$"{(IsAddition ? '+' : '-')} {Rule}"];
}
