namespace Nfqlb.Planning.Model;

/// <summary>How virtual addresses are announced while they can be served: as routes in a table of their own, which a
/// routing daemon learns.</summary>
/// <param name="Table">The table; nothing else looks at it.</param>
public sealed record DesiredAnnouncing(uint Table)
{
    /// <summary>An address is announced while one of the pools that its flows lead to can take packets, rather than
    /// only while all can.</summary>
    public bool NeedsOnePool { get; init; }
}
