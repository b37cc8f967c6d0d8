namespace Nfqlb.Filters;

/// <summary>A chain of a packet filter.</summary>
/// <param name="Family">Of its table, as nft names it: `ip`, `ip6` or `inet`.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rules">In their order.</param>
public sealed record FilterChain(string Family, string Table, string Name, IReadOnlyList<FilterRule> Rules)
{
    /// <summary>Where packets come to it by themselves; null where they come by rules alone, or where this program does
    /// not look.</summary>
    public FilterHook? Hook { get; init; }

    /// <summary>Lower ones come first.</summary>
    public int Priority { get; init; }

    /// <summary>What no rule decides is dropped.</summary>
    public bool IsDropping { get; init; }

    /// <summary>As nft names it: `ip filter FORWARD`.</summary>
    public override string ToString() => $"{Family} {Table} {Name}";

    /// <summary>Packets of this family come by.</summary>
    public bool IsFor(bool isIpv4) => Family == "inet" || Family == (isIpv4 ? "ip" : "ip6");
}

/// <summary>Where in a packet's way a chain is asked.</summary>
public enum FilterHook
{
    /// <summary>Before it is routed.</summary>
    Prerouting,

    /// <summary>When it is forwarded.</summary>
    Forward,
}
