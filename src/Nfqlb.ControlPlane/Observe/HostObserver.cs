using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Filters;
using Nfqlb.Linux;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Netlink.Transform;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Sysctl;
using Nfqlb.Linux.Xtables;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Planning.Status;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Looks at the whole host, part by part. Changes nothing.</summary>
/// <param name="host">Where.</param>
/// <param name="balancer">The balancer there.</param>
/// <param name="store">What the state that is asked for is kept under.</param>
public sealed class HostObserver(Surroundings host, IBalancer balancer, PoolName store)
{
    /// <summary>For as long a pool is looked at that the balancer sees in another way: it follows names that lead to
    /// new memory after 200 ms, or 400.</summary>
    private const int MostLooks = 8;
    private const int MostOthers = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks.</summary>
    /// <remarks>A part that cannot be read says why; the others are read all the same.</remarks>
    public HostSnapshot Look()
    {
        var desired = Read(() => StateStore.Look(store));
        var state = Read(balancer.Look);
        var wanted = desired.Or(DesiredState.Empty);
        var flows = state.Or(null)?.Flows ?? wanted.Flows;
        var pools = Read(
            () => ReadPools(wanted.Pools.Select(pool => pool.Name).Union(flows.Select(flow => flow.Target))));
        for (int again = 0; again < MostLooks && PoolCheck.Unlike(state.Or(null), pools.Or([])).Any(); again++)
        {
            // A pool that was changed just now the balancer may follow a moment later.
            Thread.Sleep(Pause);
            state = Read(balancer.Look);
            pools = Read(() => ReadPools(pools.Or([]).Select(pool => pool.Name)));
        }
        var marks = pools.Or([]).SelectMany(pool => pool.Targets).Select(target => target.Mark).Distinct();
        var network = Read(() => NeighbourProbe.Ask(NetworkReader.Read(wanted, marks, UdpGroCheck.IsFor(flows))));
        var links = HealthCheck.LinksInUse(network.Or(new NetworkState()));
        var scope = HealthCheck.ScopeOf(wanted, state.Or(null));
        return new HostSnapshot
        {
            Desired = desired,
            Source = Read(() => StateStore.LookSource(store)),
            IsUnfinished = Read(() => StateStore.LookUnfinished(store)).Or([]).Count > 0,
            BalancerAddress = balancer.Address,
            Balancer = state,
            Unit = Read(ReadUnit).Or(null),
            Queues = Read(ReadQueues),
            Vips = Read(ReadVips),
            Filters = Read(ReadFilters),
            Policies = Read(PolicyReader.Read),
            Pools = pools,
            OtherPools = flows.Count > 0 ? new([]) : Read(() => ReadOthers(pools.Or([]))),
            Network = network,
            Disciplines = Read(QueueDisciplineReader.Read),
            Sysctls = Read(() => ReadSysctls(SysctlCheck.NamesOf(links, wanted.Sysctls))),
            Observed = Read(() => new Observer(host).Observe(wanted, new Managed([wanted]), scope)),
        };
    }

    /// <summary>Pools as they stand in shared memory.</summary>
    /// <exception cref="PoolException">One is not for this user to see.</exception>
    public static IReadOnlyList<PoolState> ReadPools(IEnumerable<PoolName> names) => [.. names.Select(ReadPool)];

    /// <summary>Those that belong to somebody else, or are none, do not matter.</summary>
    private static IReadOnlyList<PoolState> ReadOthers(IReadOnlyList<PoolState> known) =>
    [
        .. PoolDirectory.Names().Except(known.Select(pool => pool.Name)).Take(MostOthers).Select(ReadPool)
            .Where(pool => pool.Table is not null),
    ];

    private static PoolState ReadPool(PoolName name)
    {
        try
        {
            return PoolDirectory.TryOpenTrusted(name) is { } segment
                ? new PoolState(name, segment.Snapshot(), "")
                : PoolState.Missing(name);
        }
        catch (PoolException e) when (!IsDenied(e))
        {
            return new PoolState(name, null, e.Reason);
        }
    }

    private static IReadOnlyList<BoundQueue> ReadQueues() =>
    [
        .. from queue in KernelQueue.ReadAll()
           let owner = QueueOwner.OfPort(queue.PortId)
           select new BoundQueue(
               queue.Number.Value, $"{owner}", owner.ProcessId, queue.DroppedQueueFull + queue.DroppedSocketFull)
           {
               IsStopped = owner.ProcessId is { } id && LocalProcess.IsStopped(id),
           },
    ];

    private static QueuedVips ReadVips()
    {
        using var table = VipTable.Open();
        var reading = table.Read();
        return new QueuedVips([.. reading.Vips], reading.Queue, reading.Kind, reading.WithoutConntrack)
        {
            PassesDecided = reading.PassesDecided,
            Exists = reading.Exists,
            IsChanged = reading.State is { } state && !NftablesPlan.Between(reading, state).IsEmpty,
        };
    }

    private static IReadOnlyList<FilterChain> ReadFilters() => [.. FilterReader.Read(), .. LegacyTableReader.Read()];

    /// <summary>Of systemd, where this is the host's own network namespace.</summary>
    private static string? ReadUnit()
    {
        const string wanted = "/etc/systemd/system/multi-user.target.wants";
        bool isHosts = new FileInfo("/proc/1/ns/net").LinkTarget is { } first
            && first == new FileInfo("/proc/thread-self/ns/net").LinkTarget;
        return isHosts && Directory.Exists("/run/systemd/system") && Directory.Exists(wanted)
            ? ServiceUnit.Among(Directory.EnumerateFileSystemEntries(wanted).Select(path => Path.GetFileName(path)))
            : null;
    }

    private static SysctlValues ReadSysctls(IEnumerable<string> names)
    {
        var sysctls = new ProcSysctls();
        return new SysctlValues(names.Distinct().ToDictionary(name => name, sysctls.Read));
    }

    private static Reading<T> Read<T>(Func<T> look)
    {
        try
        {
            return new Reading<T>(look());
        }
        catch (Exception e) when (e is UnauthorizedAccessException || IsDenied(e))
        {
            return Reading<T>.Failed(e.Message, isDenied: true);
        }
        catch (Exception e) when (e is SystemCallException or PoolException or StateStoreException
            or BalancerException or InvalidStateException or IOException)
        {
            return Reading<T>.Failed(e.Message);
        }
    }

    /// <summary>Somebody with more rights may see it.</summary>
    private static bool IsDenied(Exception e) =>
        e is SystemCallException { IsDenied: true }
            or PoolException { InnerException: SystemCallException { IsDenied: true } };
}
