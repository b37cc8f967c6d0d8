using System.Text;
using Nfqlb.Linux.Monitor;
using Nfqlb.Linux.Tests.Netlink;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Monitor;

/// <summary>The kernel tells of what concerns us, and what does not wakes nobody.</summary>
public sealed class HostMonitorTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nfqlb-monitor-");

    public void Dispose() => _directory.Delete(recursive: true);

    [KernelFact]
    public void Links_addresses_rules_routes_and_our_table_are_told_and_those_of_others_are_not() =>
        PrivateNetwork.Run(() =>
        {
            using var monitor = new HostMonitor { Tables = new HashSet<RoutingTable> { new(101) } };
            PrivateNetwork.Ip("link set lo up");
            Assert.Equal(HostChanges.Routing, Settled(monitor));
            (string Command, HostChanges Changes)[] all =
            [
                ("ip address add 10.0.0.1/24 dev lo", HostChanges.Routing),
                ("ip route add 10.1.0.0/16 dev lo", HostChanges.None),
                ("ip route add 10.1.0.0/16 dev lo table 102", HostChanges.None),
                ("ip route add 10.1.0.0/16 dev lo table 101", HostChanges.Routing),
                ("ip route add 10.1.0.0/16 dev lo table 103 proto 78", HostChanges.Routing),
                ("ip route del 10.1.0.0/16 table 103", HostChanges.Routing),
                ("ip -6 route add unreachable default table 1000 proto 78", HostChanges.Routing),
                ("ip rule add fwmark 7 lookup 7 pref 100", HostChanges.None),
                ("ip rule add fwmark 7 lookup 7 pref 101 protocol 78", HostChanges.Routing),
                ("ip -6 rule add fwmark 7 lookup 7 pref 101 protocol 78", HostChanges.Routing),
                ("ip rule del pref 101", HostChanges.Routing),
                ("nft add table inet other", HostChanges.None),
                ("nft add table inet nfqlb", HostChanges.Vips),
                ("nft add set inet nfqlb vip4 { type ipv4_addr; }", HostChanges.Vips),
                ("nft add element inet nfqlb vip4 { 10.0.0.9 }", HostChanges.Vips),
                ("nft flush ruleset", HostChanges.Vips),
                ("ip link add name lb0 type veth peer name lb1", HostChanges.Routing),
            ];
            foreach (var (command, changes) in all)
            {
                int space = command.IndexOf(' ');
                PrivateNetwork.Command(command[..space], command[(space + 1)..]);
                Assert.Equal($"{command}: {changes}", $"{command}: {Settled(monitor)}");
            }
        });

    /// <summary>More than fits into the socket.</summary>
    [KernelFact]
    public void What_was_lost_is_told_and_what_comes_behind_it_too() => PrivateNetwork.Run(() =>
    {
        using var monitor = new HostMonitor();
        PrivateNetwork.Ip("link set lo up");
        var batch = new StringBuilder();
        for (int i = 0; i < 20_000; i++)
        {
            batch.Append($"route add 10.{i >> 8}.{i & 255}.0/24 dev lo\n");
        }
        PrivateNetwork.Command("ip", "-batch -", batch.ToString());
        Assert.True(Settled(monitor).HasFlag(HostChanges.Lost));

        PrivateNetwork.Ip("rule add fwmark 7 lookup 7 pref 101 protocol 78");
        Assert.Equal(HostChanges.Routing, Settled(monitor));
    });

    [KernelFact]
    public void Files_that_are_written_renamed_or_behind_a_link_that_is_swapped_are_told() => PrivateNetwork.Run(() =>
    {
        using var monitor = new HostMonitor();
        string file = Path.Combine(_directory.FullName, "lb.yaml");
        Assert.True(monitor.Watch([_directory.FullName]));
        void Sees(string what, Action action)
        {
            action();
            Assert.Equal($"{what}: {HostChanges.Files}", $"{what}: {Settled(monitor)}");
        }

        Sees("new", () => File.WriteAllText(file, "a"));
        Sees("written", () => File.AppendAllText(file, "b"));
        Sees("renamed", () =>
        {
            File.WriteAllText(file + ".new", "c");
            File.Move(file + ".new", file, overwrite: true);
        });
        Sees("deleted", () => File.Delete(file));
        Sees("linked", () => Directory.CreateSymbolicLink(Path.Combine(_directory.FullName, "..data"), "one"));
        Sees("swapped", () =>
        {
            string next = Path.Combine(_directory.FullName, "..next");
            Directory.CreateSymbolicLink(next, "two");
            File.Move(next, Path.Combine(_directory.FullName, "..data"), overwrite: true);
        });

        Assert.Equal(HostChanges.None, monitor.Wait(Moment));
        Assert.False(monitor.Watch([_directory.FullName, _directory.FullName + "/none"]));
    });

    [KernelFact]
    public void Anybody_may_wake_it() => PrivateNetwork.Run(() =>
    {
        using var monitor = new HostMonitor();
        monitor.Wake();
        long start = MonotonicClock.NowNanoseconds;
        Assert.Equal(HostChanges.None, monitor.Wait(Long));
        using var later = new Timer(_ => monitor.Wake(), state: null, Moment, Timeout.InfiniteTimeSpan);
        Assert.Equal(HostChanges.None, monitor.Wait(Long));
        Assert.True(MonotonicClock.NowNanoseconds - start < Long.TotalNanoseconds / 2);
    });

    /// <summary>All that comes until it is quiet.</summary>
    private static HostChanges Settled(HostMonitor monitor)
    {
        var all = HostChanges.None;
        for (var changes = monitor.Wait(Moment); changes != HostChanges.None; changes = monitor.Wait(Moment))
        {
            all |= changes;
        }
        return all;
    }
}
