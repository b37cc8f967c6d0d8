using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Objects;

/// <summary>How the fast path of a balancer stands, by its own account.</summary>
/// <param name="State">`on`, or why not, in a few words.</param>
/// <param name="Links">Where it shall be.</param>
public sealed record FastPathState(string State, ImmutableArray<FastPathLinkState> Links)
{
    /// <summary>The state, of it and of its links, while the kernel decides packets.</summary>
    public const string On = "on";

    /// <summary>What is decided goes straight to the link of its target.</summary>
    public bool Redirects { get; init; }

    /// <summary>Virtual addresses beside those of our table, whose packets are queued by rules made by hand.</summary>
    public ImmutableArray<Cidr> OtherVips { get; init; } = [];

    /// <summary>It is as it is asked for, or tries to be.</summary>
    public bool IsAt(DesiredFastPath asked)
    {
        var names = new HashSet<string>();
        foreach (var link in Links)
        {
            names.Add(link.Name);
        }
        return Redirects == asked.Redirects && names.SetEquals(asked.Links);
    }
}
