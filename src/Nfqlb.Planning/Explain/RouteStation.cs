using System.Text.Json;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>The route that the kernel itself gives for it.</summary>
/// <param name="Answer">The kernel's.</param>
/// <param name="Link">The name of the link it leaves by; null for none.</param>
/// <param name="Wanted">The next hop that is asked for; null where nobody has asked by us.</param>
public sealed record RouteStation(RouteAnswer Answer, string? Link, Address? Wanted) : Station
{
    /// <inheritdoc/>
    public override string Name => "route";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        Answer.Route is { Type: RouteType.Unicast } route
            ? $"{(route.Gateway is { } gateway ? $"via {gateway.ToPlainString()} " : "")}dev {Link} table {route.Table}"
            : $"none: {Refusal}",
    ];

    /// <inheritdoc/>
    public override string? End => Answer.Route switch
    {
        null or { Type: not RouteType.Unicast } => $"the kernel has no way for it: {Refusal}",
        { IsMultipath: true } => null,
        { Gateway: { } gateway } when Wanted is { } wanted && gateway != wanted =>
            $"it goes to {gateway.ToPlainString()}, and the target is at {wanted.ToPlainString()}",
        _ => null,
    };

    /// <inheritdoc/>
    public override string? Remedy => End is null ? null : Other;

    /// <summary>What mends it; null for nothing that is known here.</summary>
    public string? Other { get; init; }

    private string Refusal => Answer.Type is { } type
        ? $"{type}".ToLowerInvariant()
        : Answer.Refusal;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", Answer.Type is { } type ? $"{type}".ToLowerInvariant() : null);
        if (Answer.Route is { } route)
        {
            json.WriteNumber("table", route.Table.Id);
            json.WriteString("via", route.Gateway?.ToPlainString());
        }
        json.WriteString("dev", Link);
    }
}
