namespace Nfqlb.Routing;

/// <summary>Which way the kernel says a packet would go.</summary>
/// <param name="Route">The way: its table, gateway, link and source; null when the kernel refuses to tell one.</param>
/// <param name="Type">What becomes of the packet; null when no table has a route for it, or it may not come that way.
/// </param>
/// <param name="Refusal">The kernel's words where there is no way; empty where there is one.</param>
public sealed record RouteAnswer(Route? Route, RouteType? Type, string Refusal = "")
{
    /// <summary>It may not come by the link that it comes by: the reverse path filter drops it (EXDEV).</summary>
    public bool IsReversed { get; init; }
}
