using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>What was done, or would be.</summary>
/// <param name="Plan">The changes.</param>
/// <param name="Excuses">Of them, routes that wait until their link is up, a line each.</param>
public sealed record Reconciliation(Plan Plan, IReadOnlyList<string> Excuses)
{
    /// <summary>What has to wait, a line each.</summary>
    public IEnumerable<string> Warnings => Plan.Warnings.Concat(Excuses);
}
