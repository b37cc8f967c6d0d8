using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>The changes from what is to what is desired, in the order in which nothing is lost.</summary>
/// <remarks>A pure function of what is desired, what was observed, and what was managed until now.</remarks>
public sealed class Plan
{
    private const int MostRefusals = 20;

    private Plan(PlanDraft draft)
    {
        Changes = [.. draft.Changes.OrderBy(change => change.Stage)];
        Warnings = draft.Warnings;
        Refusals = draft.Refusals;
    }

    /// <summary>None when nothing is to be done.</summary>
    public IReadOnlyList<Change> Changes { get; }

    /// <summary>What is desired and has to wait, a line each: for links that are gone.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>What is desired and cannot be, a line each; none in a plan that is for all or nothing.</summary>
    public IReadOnlyList<string> Refusals { get; }

    /// <summary>What changes, as a diff.</summary>
    public IEnumerable<string> Lines => Changes.SelectMany(change => change.Lines);

    /// <summary>Compares.</summary>
    /// <param name="desired">What is asked for from now on.</param>
    /// <param name="observed">What there is.</param>
    /// <param name="managed">What was asked for until now: what of it is desired no more is taken away. What others
    /// have made is not.</param>
    /// <param name="scope">How much of it is compared.</param>
    /// <param name="slots">Which slots of pools; null for all that the scope is about.</param>
    /// <param name="adopts">Pools and flows of others that stand where ours shall become ours.</param>
    /// <exception cref="InvalidStateException">It cannot be: there is no such link, or something of somebody else's is
    /// in the way.</exception>
    public static Plan Between(
        DesiredState desired, ObservedState observed, Managed managed, Scope scope, SlotScope? slots = null,
        bool adopts = false) => AsFarAsPossible(desired, observed, managed, scope, slots, adopts).OrThrow();

    /// <summary>The part of <see cref="Between"/> that a change of targets is about.</summary>
    /// <param name="desired">What is asked for from now on.</param>
    /// <param name="observed">What there is of the part.</param>
    /// <param name="managed">What was asked for until now.</param>
    /// <param name="part">What differs between the two.</param>
    /// <exception cref="InvalidStateException">It cannot be.</exception>
    public static Plan OfPart(DesiredState desired, ObservedState observed, Managed managed, Part part)
    {
        var draft = new PlanDraft();
        if (part.HasWays)
        {
            RoutePlan.Compare(desired, observed, managed, draft, part);
            RulePlan.CompareMarks(desired, observed, draft);
        }
        new PoolPlan(observed, managed, SlotScope.WholePools, draft)
            .Compare(desired, left: new HashSet<PoolName>(), adopts: false, part);
        return new Plan(draft).OrThrow();
    }

    /// <summary>The same, without what cannot be: that is among the refusals.</summary>
    public static Plan AsFarAsPossible(
        DesiredState desired, ObservedState observed, Managed managed, Scope scope, SlotScope? slots = null,
        bool adopts = false)
    {
        var draft = new PlanDraft();
        if (scope.HasFlag(Scope.FlowsAndPools))
        {
            FlowPlan.Compare(desired, observed, managed, adopts, draft);
        }
        if (scope.HasFlag(Scope.Targets))
        {
            var left = draft.Changes.OfType<FlowChange>()
                .Where(change => change.Before is { } before && before.Flow.Target != change.After?.Flow.Target)
                .Select(change => change.Before!.Flow.Target).ToHashSet();
            bool isWhole = scope.HasFlag(Scope.FlowsAndPools);
            RoutePlan.Compare(desired, observed, managed, draft);
            RulePlan.CompareMarks(desired, observed, draft);
            new PoolPlan(observed, managed, isWhole ? SlotScope.WholePools : slots ?? SlotScope.AllTargets, draft)
                .Compare(desired, left, adopts);
        }
        if (scope.HasFlag(Scope.Features))
        {
            FeaturePlan.Compare(desired, observed, managed, draft);
        }
        if (scope.HasFlag(Scope.Vips))
        {
            VipPlan.Compare(desired, observed, managed, draft);
            RulePlan.CompareEgress(desired, observed, draft);
        }
        return new Plan(draft);
    }

    private Plan OrThrow()
    {
        int more = Refusals.Count - MostRefusals;
        return Refusals.Count == 0 ? this
            : throw new InvalidStateException(string.Join('\n', Refusals.Take(MostRefusals))
                + (more > 0 ? $"\nand {more} more" : ""));
    }
}
