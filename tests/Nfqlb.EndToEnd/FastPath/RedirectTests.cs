using System.Buffers.Binary;
using Nfqlb.EndToEnd.Drain;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>Packets that go straight to the link of their target arrive as those do that are forwarded; what is not
/// plain goes the ordinary way.</summary>
public sealed class RedirectTests(ITestOutputHelper output)
{
    private const string Pool = "web";
    private const int HopLimit = 64, Ipv6HeaderBytes = 40;

    [KernelFact]
    public void Packets_arrive_whole_and_one_hop_older() => OnTestbed(testbed =>
    {
        const int Packets = 2_000;
        using WholeCaptures captures = WholeCaptures.Start(testbed.Targets, testbed.PathInSharedMemory);
        FastBed.Send(testbed, Packets);
        byte[][] arrived = [.. captures.Stop().Values.SelectMany(packets => packets)];

        Assert.Equal(Packets, arrived.Length);
        Assert.Equal(Packets, FastBed.Packets(testbed, "redirected"));
        Assert.Equal(0, FastBed.Packets(testbed, "decided"));
        Assert.Equal(Packets, testbed.Balancer.Counters().GetProperty("balanced").GetInt64());
        Assert.All(arrived, CheckForwarded);
        Assert.Contains(arrived, packet => packet[0] >> 4 == 4);
        Assert.Contains(arrived, packet => packet[0] >> 4 == 6);
    });

    /// <summary>With real TCP, whose segments the links put together and take apart.</summary>
    [KernelFact]
    public void Connections_stay_with_their_targets_while_these_change() => OnTestbed(testbed =>
    {
        DrainLoad.StartServers(testbed);
        var (longOnes, shortOnes) = (DrainLoad.Asked with { Changes = 4 }).Run(testbed, number =>
            testbed.Balancer.Nfqlb(
                "activate", $"--shm={Pool}", $"--weight={(number + 1) % 3}", $"{testbed.Marks[^(number % 2 + 1)]}")
                .MustSucceed());
        Assert.Equal((0, 0), (longOnes.Broken, longOnes.Lost));
        Assert.Equal((0, 0), (shortOnes.Broken, shortOnes.Lost));
        Assert.NotEqual(0, FastBed.Packets(testbed, "redirected"));
    });

    [KernelFact]
    public void A_hop_limit_of_one_and_a_packet_that_is_too_long_go_the_ordinary_way() => OnTestbed(testbed =>
    {
        testbed.Balancer.Host.Shell(string.Join('\n', testbed.Targets.Select(
            target => $"ip link set {target.Host.Name} mtu 1280")));
        Thread.Sleep(200);
        Assert.Equal((1, 0), Take(testbed, "203.0.113.1", hops: 64, bytes: 1000));
        Assert.Equal((0, 1), Take(testbed, "203.0.113.1", hops: 1, bytes: 1000));
        Assert.Equal((0, 1), Take(testbed, "203.0.113.1", hops: 64, bytes: 1400));
        Assert.Equal((1, 0), Take(testbed, "2001:db8:99::1", hops: 64, bytes: 1000));
        Assert.Equal((0, 1), Take(testbed, "2001:db8:99::1", hops: 1, bytes: 1000));
        Assert.Equal((0, 1), Take(testbed, "2001:db8:99::1", hops: 64, bytes: 1400));
    });

    [KernelFact]
    public void A_route_that_changes_is_followed() => OnTestbed(testbed =>
    {
        int[] others = [.. testbed.Marks.Skip(1)];
        testbed.Balancer.Nfqlb(["deactivate", $"--shm={Pool}", .. others.Select(mark => $"{mark}")]).MustSucceed();
        for (int i = 1; i < testbed.Targets.Count; i++)
        {
            testbed.Balancer.Host.Shell($"""
                ip route replace default via 192.0.2.{4 * (i + 1) + 2} table {testbed.Marks[0]}
                ip -6 route del default metric 1024 table {testbed.Marks[0]}
                ip -6 route add default via 2001:db8:{i + 1:x}::2 table {testbed.Marks[0]}
                """);
            Thread.Sleep(300); // the machine may be busy
            long before = FastBed.Packets(testbed, "redirected");
            Arrivals arrivals = FastBed.Send(testbed, 100);
            Assert.Equal(100, arrivals.ByTarget[i].PacketsByFlow.Values.Sum());
            Assert.Equal(100, FastBed.Packets(testbed, "redirected") - before);
        }
    }, "--drain-seconds=0");

    /// <summary>Each is undone again.</summary>
    [KernelFact]
    public void What_is_not_plain_is_left_to_routing() => OnTestbed(testbed =>
    {
        FastBed.Send(testbed, 100);
        Assert.Equal(100, FastBed.Packets(testbed, "redirected"));
        string[] tables = [.. testbed.Marks.Select(mark => $"table {mark}")];
        string EachTable(string verb) => string.Join('\n', tables.Select(table =>
            $"ip route {verb} blackhole 192.0.2.192/30 {table}; "
                + $"ip -6 route {verb} blackhole 2001:db8:77::/64 {table}"));
        const string conf = "/proc/sys/net";
        string Forward(int value) =>
            $"echo {value} > {conf}/ipv4/conf/client/forwarding; echo {value} > {conf}/ipv6/conf/all/forwarding";
        (string Change, string Undo)[] changes =
        [
            ("ip rule add pref 10 from 198.18.0.0/16 lookup main; ip -6 rule add pref 10 from 2001:2::/50 lookup main",
                "ip rule del pref 10; ip -6 rule del pref 10"),
            (EachTable("add"), EachTable("del")),
            (Forward(0), Forward(1)),
        ];
        foreach (var (change, undo) in changes)
        {
            testbed.Balancer.Host.Shell(change);
            Eventually.True(() => !Redirects(testbed), "nothing is sent past routing", TimeSpan.FromSeconds(5));
            testbed.Balancer.Host.Shell(undo);
            Eventually.True(() => Redirects(testbed), "packets go by themselves again", TimeSpan.FromSeconds(5));
        }
    });

    private static void CheckForwarded(byte[] packet)
    {
        if (packet[0] >> 4 == 6)
        {
            Assert.Equal(HopLimit - 1, packet[7]);
            Assert.True(packet.Length >= Ipv6HeaderBytes);
            return;
        }
        Assert.Equal(HopLimit - 1, packet[8]);
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }
        Assert.Equal(0xffffu, (sum & 0xffff) + (sum >> 16));
    }

    private static bool Redirects(Testbed testbed)
    {
        long before = FastBed.Packets(testbed, "redirected"), decided = FastBed.Packets(testbed, "decided");
        new Injection("both", "1-65535", 10).Send(testbed.Client, 20, 10_000);
        Eventually.True(() => FastBed.Packets(testbed, "redirected") + FastBed.Packets(testbed, "decided")
            >= before + decided + 20, "all seen");
        return FastBed.Packets(testbed, "redirected") > before;
    }

    /// <summary>Sends a UDP packet: how many were redirected, and how many went on by routing.</summary>
    private static (long Redirected, long Routed) Take(Testbed testbed, string to, int hops, int bytes)
    {
        (long redirected, long decided) = (FastBed.Packets(testbed, "redirected"), FastBed.Packets(testbed, "decided"));
        bool isIpv6 = Testbed.IsIPv6(to);
        testbed.Client.Shell($$"""
            perl -MSocket=:all -e '
                socket(my $s, {{(isIpv6 ? "AF_INET6" : "AF_INET")}}, SOCK_DGRAM, 0) or die $!;
                setsockopt($s, {{(isIpv6 ? "IPPROTO_IPV6, 16" : "IPPROTO_IP, 2")}}, pack("i", {{hops}})) or die $!;
                connect($s, {{(isIpv6 ? "pack_sockaddr_in6" : "pack_sockaddr_in")}}(9,
                    inet_pton({{(isIpv6 ? "AF_INET6" : "AF_INET")}}, "{{to}}"))) or die $!;
                send($s, "x" x {{bytes}}, 0) or die $!;'
            """);
        Eventually.True(() => FastBed.Packets(testbed, "redirected") + FastBed.Packets(testbed, "decided")
            > redirected + decided, "the packet was seen");
        return (FastBed.Packets(testbed, "redirected") - redirected, FastBed.Packets(testbed, "decided") - decided);
    }

    private void OnTestbed(Action<Testbed> test, params string[] options) =>
        UndisturbedTestbed.Run(3, output, testbed =>
        {
            FastBed.Prepare(testbed);
            testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
            FastBed.Start(testbed, [RuleSet.LongQueues, "--fast-path-exit=redirect", .. options]);
            testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
            Eventually.True(() => FastBed.StateOf(testbed) == "on", "the kernel knows the flow");
            test(testbed);
        });
}
