using System.Text.Json;
using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
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

    /// <summary>Compares what the kernel gives with what is asked for.</summary>
    /// <param name="packet">The packet, with the link that it comes by.</param>
    /// <param name="answer">The kernel's.</param>
    /// <param name="network">The routes of targets' tables.</param>
    /// <param name="table">The one that decided; null where that is not known.</param>
    /// <param name="marked">Who is to get it.</param>
    /// <param name="isLedBack">Some link leads back to where the packet comes from.</param>
    public static RouteStation Of(
        FilteredPacket packet, RouteAnswer answer, NetworkState network, RoutingTable? table, MarkedTarget marked,
        bool isLedBack)
    {
        var destination = packet.Destination;
        var station = new RouteStation(
            answer, network.Find(answer.Route?.Link)?.Name,
            destination.IsIpv4 ? marked.Target?.Via4 : marked.Target?.Via6);
        return station.End is null ? station : station with
        {
            Other = answer.IsReversed && packet.IncomingLink is { } from ? Objects.Remedy.Loosen(from, isLedBack)
                : table is { } known && InFront(destination, known, network) is { } route
                ? Objects.Remedy.Delete(route, network.Find(route.Link)?.Name)
                : marked.Remedy,
        };
    }

    /// <summary>A route of others that decides in a table in place of ours; null for none. Where the whole table is
    /// theirs, it is theirs to say which is right.</summary>
    private static Route? InFront(Address destination, RoutingTable table, NetworkState network)
    {
        var family = destination.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        var routes = network.Routes.Where(route => route.Family == family && route.Table == table).ToList();
        var first = routes.Where(route => route.Destination.Contains(destination))
            .OrderByDescending(route => route.Destination.PrefixLength).ThenBy(route => route.Metric).FirstOrDefault();
        bool hasOther = routes.Any(route => route != first && route.Type == RouteType.Unicast);
        return first is not null && !Ownership.IsOurs(first) && hasOther ? first : null;
    }

    private string Refusal => Answer.IsReversed ? "the reverse path filter drops it, as the way back is another"
        : Answer.Type is { } type
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
