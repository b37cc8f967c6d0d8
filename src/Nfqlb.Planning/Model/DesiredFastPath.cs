using System.Collections.Immutable;
using Nfqlb.FastPath;

namespace Nfqlb.Planning.Model;

/// <summary>Where the kernel shall decide packets itself.</summary>
/// <param name="Links">The links at whose ingress, by name.</param>
public sealed record DesiredFastPath(ImmutableArray<string> Links)
{
    /// <summary>How many links there may be.</summary>
    public static int MostLinks => FastPathTables.MostLinks;

    /// <summary>What is decided goes straight to the link of its target, past netfilter and routing.</summary>
    public bool Redirects { get; init; }

    /// <summary>Why there cannot be a fast path at these links, by the place of the one that is wrong, -1 for all of
    /// them; null where there can.</summary>
    public static (int Place, string Reason)? ReasonAgainst(IReadOnlyList<string> links)
    {
        if (links.Count == 0 || links.Count > MostLinks)
        {
            return (-1, $"must be 1 to {MostLinks} links");
        }
        for (int i = 0; i < links.Count; i++)
        {
            string reason = DesiredStateCheck.ReasonAgainstDevice(links[i]);
            if (reason.Length > 0)
            {
                return (i, reason);
            }
        }
        return null;
    }

    /// <summary>In a line.</summary>
    public override string ToString() => $"{string.Join(", ", Links)}{(Redirects ? ", exit redirect" : "")}";

    /// <inheritdoc/>
    public bool Equals(DesiredFastPath? other) =>
        other is not null && Redirects == other.Redirects && Links.AsSpan().SequenceEqual(other.Links.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Links.Length, Redirects);
}
