using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>What was done, or would be.</summary>
/// <param name="Plan">The changes.</param>
/// <param name="Waiting">Of them, routes that wait until their link is up, and so were not added.</param>
public sealed record Reconciliation(Plan Plan, IReadOnlyList<RouteChange> Waiting)
{
    /// <summary>The part of the host that was looked at; null for all of it.</summary>
    public Part? Part { get; init; }

    /// <summary>The changes, without those that wait.</summary>
    public IReadOnlyList<Change> Changes =>
        [.. Plan.Changes.Where(change => !Waiting.Contains(change, ReferenceEqualityComparer.Instance))];

    /// <summary>What has to wait, a line each.</summary>
    public IEnumerable<string> Warnings => Plan.Warnings.Concat(Waiting.Select(route => route.Excuse!));
}
