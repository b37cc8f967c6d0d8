using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The kernel, over netlink.</summary>
public sealed class LinuxKernel : IKernel
{
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <inheritdoc/>
    public IReadOnlyList<Link> ReadLinks()
    {
        using var socket = RoutingSocket.Open();
        return socket.ReadLinks();
    }

    /// <inheritdoc/>
    public IReadOnlyList<Address> ReadAddresses()
    {
        using var socket = RoutingSocket.Open();
        return [.. Families.SelectMany(socket.ReadAddresses).Select(own => own.Address)];
    }

    /// <inheritdoc/>
    public LinkFeature? ReadFeature(LinkFeatureKey key)
    {
        using var socket = EthtoolSocket.Open();
        return socket.Read(key.Link, key.Name);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Route> ReadRoutes(IReadOnlySet<RoutingTable> tables)
    {
        using var socket = RoutingSocket.Open();
        return
        [
            .. Families.SelectMany(family => socket.ReadRoutes(family, protocol: RoutingProtocol.Nfqlb)),
            .. Families.SelectMany(family => socket.ReadRoutes(family, tables))
                .Where(route => !Ownership.IsOurs(route)),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Route> ReadRoutesOf(IReadOnlySet<RoutingTable> tables)
    {
        using var socket = RoutingSocket.Open();
        return [.. Families.SelectMany(family => socket.ReadRoutes(family, tables))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<RoutingRule> ReadRules()
    {
        using var socket = RoutingSocket.Open();
        return [.. Families.SelectMany(family => socket.ReadRules(family, Ownership.IsOurs))];
    }

    /// <inheritdoc/>
    public VipTableContent? ReadVips()
    {
        using var table = VipTable.Open();
        var reading = table.Read();
        if (!reading.Exists)
        {
            return null;
        }
        var queues = reading.Queue is not { } queue ? new DesiredQueues() : new DesiredQueues
        {
            First = queue.Queues.First.Value,
            Last = queue.Queues.Last.Value,
            IsByCpu = queue.FanOut,
            IsByPorts = queue.ByPorts,
            IsBypassed = queue.Bypass,
            IsUntracked = reading.WithoutConntrack,
        };
        var content = VipTableContent.Of(reading.Vips, queues);

        // Would it be made anew as what it seems to be, that is what would change.
        return content with { Faults = [.. NftablesPlan.Between(reading, StateOf(content)).Lines] };
    }

    /// <inheritdoc/>
    public IReadOnlyList<Outcome> Carry(IReadOnlyList<Change> changes)
    {
        var batch = new RoutingBatch();
        foreach (var change in changes)
        {
            Add(batch, change);
        }
        using var socket = RoutingSocket.Open();
        var results = socket.Apply(batch);
        return [.. changes.Zip(results, OutcomeOf)];
    }

    /// <inheritdoc/>
    public void SetFeature(LinkFeatureKey key, bool isOn)
    {
        using var socket = EthtoolSocket.Open();
        socket.Set(key.Link, key.Name, isOn);
    }

    /// <inheritdoc/>
    public void SetVips(VipTableContent? content)
    {
        using var table = VipTable.Open();

        // Compares once more, as others may have changed the table meanwhile.
        table.Change(_ => content is null || content.Prefixes.IsEmpty ? null : StateOf(content));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string?> Refusals(IReadOnlyList<Route> routes)
    {
        using var socket = RoutingSocket.Open();
        return [.. routes.Select(route => Refusal(socket, route))];
    }

    private static string? Refusal(RoutingSocket socket, Route route)
    {
        if (route.Gateway is not { } gateway || route.IsOnLink)
        {
            return null;
        }
        var answer = socket.LookUp(new RouteQuery(route.FamilyOf(gateway), gateway));
        if (answer.Type == RouteType.Local)
        {
            return $"[{gateway.ToPlainString()}] is an address of this host";
        }
        // Which link is right is not asked here where one is given.
        bool isReached = route.Link is not null || answer.Route is { Type: RouteType.Unicast, Gateway: null };
        return isReached ? null : $"no link leads to [{gateway.ToPlainString()}]";
    }

    private static void Add(RoutingBatch batch, Change change)
    {
        switch (change)
        {
            case RouteChange { After: null, Before: { } before }:
                batch.Delete(before);
                break;
            case RouteChange { Before: not null, After: { } after }:
                batch.Replace(after);
                break;
            case RouteChange { After: { } after }:
                batch.Add(after);
                break;
            case RuleChange { IsAddition: true } rule:
                batch.Add(rule.Rule);
                break;
            case RuleChange rule:
                batch.Delete(rule.Rule);
                break;
            default:
                throw new ArgumentException($"{change.GetType().Name} is no change of routes or rules");
        }
    }

    private static Outcome OutcomeOf(Change change, NetlinkResult result) => result switch
    {
        { IsSuccess: true } => Outcome.Done,
        { IsAlreadyThere: true } when change is RuleChange => Outcome.AlreadySo,
        { IsNotThere: true } when change is RuleChange { IsAddition: false } or RouteChange { After: null } =>
            Outcome.AlreadySo,
        { IsWithoutLink: true } => new(OutcomeKind.WithoutLink, ErrorOf(result)),
        { IsLost: true } => new(OutcomeKind.Unknown, ErrorOf(result)),
        _ => new(OutcomeKind.Refused, ErrorOf(result)),
    };

    private static NetlinkException ErrorOf(NetlinkResult result) =>
        new(result.Errno, $"{result.Subject}", result.KernelText, result.AttributeOffset);

    private static NftablesState? StateOf(VipTableContent content)
    {
        var queues = content.Queues;
        var range = new QueueRange(new QueueNumber(queues.First), new QueueNumber(queues.Last));
        return new NftablesState(
            VipSet.Of(content.Prefixes),
            new QueueRule(range)
            {
                FanOut = queues.IsByCpu,
                ByPorts = queues.IsByPorts,
                Bypass = queues.IsBypassed,
            },
            queues.IsUntracked);
    }
}
