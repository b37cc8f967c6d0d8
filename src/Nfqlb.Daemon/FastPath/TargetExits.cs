using System.Diagnostics;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.Daemon.Settings;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Monitor;
using Nfqlb.Linux.Sysctl;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Daemon.FastPath;

/// <summary>The exits of targets, kept true as rules, routes and links change.</summary>
/// <remarks>One thread at a time.</remarks>
/// <param name="settings">Where packets come by.</param>
/// <param name="mask">The bits of marks that are ours.</param>
internal sealed class TargetExits(FastPathSettings settings, MarkMask mask) : IDisposable
{
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <summary>Between two readings, so that a flood of changes does not take a core.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    /// <summary>No netlink group tells of a setting that is switched.</summary>
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(1);

    private readonly HostMonitor _monitor = new();
    private readonly ProcSysctls _sysctls = new();
    private long _readAt;
    private bool _isStale = true;

    /// <summary>By family and mark.</summary>
    public IReadOnlyDictionary<ExitKey, Exit> Current { get; private set; } = new Dictionary<ExitKey, Exit>();

    /// <summary>The links whose packets this host forwards, by family.</summary>
    public IReadOnlyDictionary<IpFamily, IReadOnlyList<LinkIndex>> Links { get; private set; } =
        new Dictionary<IpFamily, IReadOnlyList<LinkIndex>>();

    /// <summary>Reads anew what may have changed.</summary>
    /// <param name="marks">Of all targets.</param>
    /// <param name="vips">Where packets go to.</param>
    /// <param name="isChanged">These are others than the last time.</param>
    /// <returns>True when it was read.</returns>
    /// <exception cref="SystemCallException">The kernel does not say.</exception>
    public bool Refresh(IReadOnlySet<int> marks, IReadOnlyCollection<Cidr> vips, bool isChanged)
    {
        _isStale |= isChanged || _monitor.Wait(TimeSpan.Zero) != HostChanges.None;
        var age = Stopwatch.GetElapsedTime(_readAt);
        if (!(_isStale && age >= LeastPause) && age < MostPause)
        {
            return false;
        }
        _isStale = false;
        _readAt = Stopwatch.GetTimestamp();
        var network = NetworkReader.Read(
            DesiredState.Empty, marks.Select(mark => new FirewallMark(mark)), withFeatures: false);
        _monitor.Tables = network.Ipv4Rules.Concat(network.Ipv6Rules)
            .Select(rule => rule.Action.Table).OfType<RoutingTable>().ToHashSet();
        var exits = new Exits(network, vips, mask, settings.Links);
        Current = new Dictionary<ExitKey, Exit>(Families.SelectMany(family => exits.Of(family, marks)));
        Links = Families.ToDictionary(family => family, family => Forwarding(family, network));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _monitor.Dispose();

    /// <summary>The program knows Ethernet alone.</summary>
    private IReadOnlyList<LinkIndex> Forwarding(IpFamily family, NetworkState network) =>
    [
        .. settings.Links.Select(network.Find).OfType<Link>()
            .Where(link => link.IsEthernet && Forwards(family, link.Name))
            .Select(link => link.Index),
    ];

    private bool Forwards(IpFamily family, string link)
    {
        var names = ForwardingStation.SettingsOf(family == IpFamily.Ipv4, link);
        return ForwardingStation.Of(
            family == IpFamily.Ipv4, link, new SysctlValues(names.ToDictionary(name => name, _sysctls.Read))).IsOn;
    }
}
