using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Plans;

/// <summary>A route of ours comes, goes, or leads elsewhere.</summary>
/// <param name="Before">Null where none of ours was.</param>
/// <param name="After">Null where none shall be.</param>
public sealed record RouteChange(Route? Before, Route? After) : Change
{
    /// <summary>The link that it leaves by; null where the kernel finds it.</summary>
    public string? LinkName { get; init; }

    /// <summary>What to say where the kernel has no link for it that is up, and that is no reason to refuse all else;
    /// null where it is.</summary>
    public string? Excuse { get; init; }

    /// <summary>What the kernel knows it by.</summary>
    public RouteKey Key => RouteKey.Of((After ?? Before)!);

    /// <inheritdoc/>
    public override Stage Stage => After is null ? Stage.DeleteRoutes : Stage.AddRoutes;

    /// <inheritdoc/>
    public override object Subject => Key;

    /// <inheritdoc/>
    public override Change Inverse => new RouteChange(After, Before) { LinkName = LinkName, Excuse = Excuse };

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
        [$"{(After is null ? '-' : '+')} {Words((After ?? Before)!, LinkName)}"];

    /// <summary>With the link's name where there is one: the kernel knows its number alone.</summary>
    public static string Words(Route route, string? linkName) => linkName is null
        ? $"{route}"
        : $"{route}".Replace($" dev if{route.Link} ", $" dev {linkName} ", StringComparison.Ordinal);
}
