using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Sysctl;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Health;

/// <summary>Looks at everything that has to be right for packets to reach their targets. Changes nothing.</summary>
/// <remarks>A part that cannot be read is a finding; the others are looked at all the same.</remarks>
internal sealed class HealthCheck
{
    private readonly List<Finding> _findings = [];
    private DesiredState _wanted = DesiredState.Empty;
    private RunningBalancer? _balancer;
    private QueuedVips _queued = QueuedVips.None;
    private IReadOnlyList<TargetReport> _targets = [];

    private HealthCheck()
    {
    }

    /// <summary>All that was found, by area.</summary>
    public static HealthReport Run()
    {
        var check = new HealthCheck();
        bool isWantedKnown = check.Section("state", check.ReadWanted);
        check.Section("process", check.Process);
        bool areVipsKnown = check.Section("queues", check.Queues);
        if (areVipsKnown && isWantedKnown)
        {
            check.Section("vips", check.Vips);
        }
        check.Section("pools", check.Pools);
        if (isWantedKnown)
        {
            check.Section("marks", check.Marks);
            check.Section("links", check.Links);
            check.Section("targets", check.Targets);
            check.Section("egress", check.Egress);
            check.Section("state", check.Differences);
        }
        check.Section("sysctls", check.Sysctls);
        return new HealthReport(check._findings);
    }

    /// <returns>False when it cannot be read.</returns>
    private bool Section(string area, Func<IEnumerable<Finding>> look)
    {
        try
        {
            _findings.AddRange(look());
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or SystemCallException { IsDenied: true }
            || PoolState.IsDenied(e))
        {
            _findings.Add(Finding.Warn(area, $"{e.Message}: ask as root"));
        }
        catch (Exception e) when (e is SystemCallException or PoolException or StateStoreException or UsageException
            or IOException)
        {
            foreach (string line in e.Message.Split('\n'))
            {
                _findings.Add(Finding.Bad(area, line));
            }
        }
        return false;
    }

    /// <summary>What others say is measured by it, so it comes first and says nothing itself.</summary>
    private IEnumerable<Finding> ReadWanted()
    {
        _wanted = StateStore.Look(StoreName.Value);
        return [];
    }

    private IEnumerable<Finding> Process()
    {
        _balancer = RunningBalancer.Find();
        return ProcessCheck.Findings(
            _balancer, ControlAddress.Text, WantedQueues, !_wanted.Flows.IsEmpty,
            _balancer is null ? FindSilentBalancer() : null);
    }

    /// <summary>Those that the balancer should read.</summary>
    private string WantedQueues =>
        $"{new QueueRange(new QueueNumber(_wanted.Queues.First), new QueueNumber(_wanted.Queues.Last))}";

    /// <summary>One that reads queues, in words; null where there is none, or where that is not to be seen.</summary>
    private static string? FindSilentBalancer()
    {
        foreach (var queue in BoundQueue.TryReadAll() ?? [])
        {
            if (queue.Owner.StartsWith("nfqlb ", StringComparison.Ordinal))
            {
                return queue.Owner;
            }
        }
        return null;
    }

    private IEnumerable<Finding> Queues()
    {
        using var table = VipTable.Open();
        _queued = QueuedVips.Of(table.Read());
        return QueueCheck.Findings(BoundQueue.TryReadAll(), _queued.Queue, _balancer?.Process?.Id);
    }

    private IEnumerable<Finding> Vips() => VipCheck.Findings(_wanted, _queued, _balancer?.Packets);

    private IEnumerable<Finding> Pools()
    {
        var wanted = new HashSet<PoolName>();
        foreach (var pool in _wanted.Pools)
        {
            wanted.Add(pool.Name);
        }
        var used = PoolsInUse();
        var pools = new List<PoolState>();
        foreach (var name in wanted)
        {
            pools.Add(PoolState.Read(name, used.Contains(name), isWanted: true));
        }
        foreach (var name in used)
        {
            if (!wanted.Contains(name))
            {
                pools.Add(PoolState.Read(name, hasFlow: true, isWanted: false));
            }
        }
        return PoolCheck.Findings(pools);
    }

    /// <summary>Those that flows lead to.</summary>
    private HashSet<PoolName> PoolsInUse()
    {
        var used = new HashSet<PoolName>();
        foreach (var flow in _balancer?.Flows ?? _wanted.Flows)
        {
            used.Add(flow.Target);
        }
        return used;
    }

    private IEnumerable<Finding> Marks()
    {
        if (_balancer is null)
        {
            return [];
        }
        var pools = new List<string>();
        foreach (var name in PoolsInUse())
        {
            pools.Add(name.Text);
        }
        return MarkCheck.Findings(
            _balancer.MarkMask, _wanted, WantedQueues, pools,
            pool => PoolTables.Read(new PoolName(pool)) ?? []);
    }

    /// <summary>Before the targets, which cannot be set up again while a link is down.</summary>
    private IEnumerable<Finding> Links()
    {
        _targets = TargetReports.Of(_wanted);
        using var socket = RoutingSocket.Open();
        var links = socket.ReadLinks();
        InterfaceAddress[] addresses =
            [.. socket.ReadAddresses(IpFamily.Ipv4), .. socket.ReadAddresses(IpFamily.Ipv6)];
        var used = LinkCheck.UsedBy(_targets, links, addresses);
        bool hasUdp = UdpGroCheck.IsFor(_balancer?.Flows ?? _wanted.Flows);
        return
        [
            .. LinkCheck.Findings(used, links),
            .. hasUdp ? UdpGro(UdpGroCheck.Receiving(links, used)) : [],
        ];
    }

    /// <summary>A kernel without ethtool over netlink, or a link that has just gone, is no fault: advice is all that is
    /// missing then.</summary>
    private static IReadOnlyList<Finding> UdpGro(IReadOnlyList<string> links)
    {
        try
        {
            using var socket = EthtoolSocket.Open();
            return
            [
                .. UdpGroCheck.Findings(
                    links,
                    link => [.. UdpGroCheck.Needed.Select(name => socket.Read(link, name)).OfType<LinkFeature>()]),
            ];
        }
        catch (SystemCallException)
        {
            return [];
        }
    }

    private IEnumerable<Finding> Targets() => TargetCheck.Findings(_targets);

    private IEnumerable<Finding> Egress()
    {
        using var socket = RoutingSocket.Open();
        return [.. EgressCheck.Findings(_wanted.Vips, (family, table) => socket.ReadRoutes(family, table).Count == 0)];
    }

    /// <summary>Flows that nobody asked for by a file were set by others, and are no difference.</summary>
    private IEnumerable<Finding> Differences()
    {
        bool hasFlows = _balancer is not null && !_wanted.Flows.IsEmpty;
        var extent = hasFlows ? Extent.Everything : Extent.Targets | Extent.Vips;
        return DifferenceCheck.Findings(
            Plan.Between([_wanted], _wanted, extent).Steps, StateStore.LookUnfinished(StoreName.Value).Count > 0);
    }

    private IEnumerable<Finding> Sysctls()
    {
        var check = new SysctlCheck(new ProcSysctls());
        var families = UsedFamilies.Of(_targets, _queued.Vips, _balancer?.Flows ?? _wanted.Flows);
        return
        [
            .. check.Forwarding(families),
            .. families.HasIpv4 ? check.ReversePath(LinksInUse()) : [],
            .. check.Reflection(families),
            .. check.ConnectionTracking(AnyVip(), _queued.WithoutConntrack),
            .. check.Wanted(_wanted.Sysctls),
        ];
    }

    /// <summary>Clients may come by any link that is up, and targets answer by theirs.</summary>
    private static List<string> LinksInUse()
    {
        using var socket = RoutingSocket.Open();
        var names = new List<string>();
        foreach (var link in socket.ReadLinks())
        {
            if (link.IsUp && link.Name != "lo")
            {
                names.Add(link.Name);
            }
        }
        return names;
    }

    private string? AnyVip()
    {
        foreach (Cidr prefix in _queued.Vips)
        {
            return prefix.ToPlainString();
        }
        return null;
    }
}
