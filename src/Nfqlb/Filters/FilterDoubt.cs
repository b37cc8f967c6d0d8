using System.Collections.Immutable;

namespace Nfqlb.Filters;

/// <summary>A chain of which it cannot be told what becomes of a packet there.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="By">By which conditions or targets, as the kernel calls them; none where a verdict is not known here.
/// </param>
public sealed record FilterDoubt(FilterChain Chain, ImmutableArray<string> By)
{
    /// <summary>`ip filter FORWARD (limit, set)`.</summary>
    public override string ToString() => By.IsEmpty ? $"{Chain}" : $"{Chain} ({string.Join(", ", By)})";
}
