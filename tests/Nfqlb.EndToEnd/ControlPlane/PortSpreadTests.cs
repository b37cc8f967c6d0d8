using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>`vip-set --spread=ports`: one client fills all queues, and what belongs together stays together.</summary>
[BesideOthers]
public sealed class PortSpreadTests(ITestOutputHelper output)
{
    private const string Tun = "tun-nfqlb";
    private const int FragmentsOfOne = 3;

    /// <summary>Who sends 3,000 bytes has them cut into three pieces, of which only the first has ports.</summary>
    private const int LongBytes = 3000;

    [KernelFact]
    public void One_client_with_many_ports_fills_all_queues() => OnTestbed("ports", (testbed, flowlb) =>
    {
        foreach (string vip in new[] { Testbed.VirtualAddresses[0], Testbed.VirtualAddresses[2] })
        {
            int[] before = Queued(flowlb);
            Send(testbed, $"for p in $(seq 2000 2399); do echo x > /dev/udp/{vip}/$p; done");
            Await(flowlb, before, 400);
            Assert.All(Since(before, Queued(flowlb)), queued => Assert.InRange(queued, 50, 150));
        }
    });

    /// <summary>The control, and why one would want the other.</summary>
    [KernelFact]
    public void By_addresses_it_fills_one() => OnTestbed("addresses", (testbed, flowlb) =>
    {
        int[] before = Queued(flowlb);
        Send(testbed, $"for p in $(seq 2000 2099); do echo x > /dev/udp/{Testbed.VirtualAddresses[0]}/$p; done");
        Await(flowlb, before, 100);
        Assert.Equal([0, 0, 0, 100], Since(before, Queued(flowlb)).Order());
    });

    [KernelTheory]
    [InlineData("udp", 0)]
    [InlineData("udp", 2)]
    public void One_tuple_always_meets_the_same_queue(string protocol, int vip) =>
        OnTestbed("ports", (testbed, flowlb) =>
        {
            for (int port = 3000; port < 3010; port++)
            {
                int[] before = Queued(flowlb);
                Send(testbed, $"""
                    exec 3<>/dev/{protocol}/{Testbed.VirtualAddresses[vip]}/{port}
                    for i in $(seq 100); do echo x >&3; done
                    """);
                Await(flowlb, before, 100);
                Assert.Equal([0, 0, 0, 100], Since(before, Queued(flowlb)).Order());
            }
        });

    [KernelFact]
    public void Pings_and_their_like_go_by_addresses() => OnTestbed("ports", (testbed, flowlb) =>
    {
        int[] before = Queued(flowlb);
        new Injection("echo", "1", FlowCount: 1).Send(testbed.Client, 40, 2000);
        Await(flowlb, before, 40);
        Assert.Equal([0, 0, 0, 40], Since(before, Queued(flowlb)).Order());
    });

    /// <summary>Later fragments come by another queue than the first ones, and all reach one target.</summary>
    [KernelTheory]
    [InlineData(0)]
    [InlineData(2)]
    public void Fragments_find_each_other_across_queues(int vip) => OnTestbed("ports", (testbed, flowlb) =>
    {
        const int tuples = 6, packetsOfOne = 10;
        int[] before = Queued(flowlb);
        // Ids of IPv4 are random for each socket and then go up: few sockets, so that none meet.
        Send(testbed, $"""
            for p in $(seq 2000 {2000 + tuples - 1}); do
                exec 3<>/dev/udp/{Testbed.VirtualAddresses[vip]}/$p
                for i in $(seq {packetsOfOne}); do head -c {LongBytes} /dev/zero >&3; done
            done
            """);
        Eventually.True(
            () => Forwarded(testbed, "every") == tuples * packetsOfOne * FragmentsOfOne, "all fragments forwarded",
            TimeSpan.FromSeconds(20));
        Assert.InRange(Since(before, Queued(flowlb)).Count(queued => queued > 0), 2, 4);
    });

    [KernelFact]
    public void The_mark_that_others_gave_is_not_disturbed() => OnTestbed("ports", (testbed, flowlb) =>
    {
        int[] before = Queued(flowlb);
        Send(testbed,
            $"for p in $(seq 2000 2099); do echo x > /dev/udp/{Testbed.VirtualAddresses[0]}/$p; done");
        Await(flowlb, before, 100);
        Eventually.True(() => Forwarded(testbed, "every") == 100, "all packets forwarded");
        Assert.Equal(100, Forwarded(testbed, "marked"));
    });

    [KernelFact]
    public void Commands_tell_of_it()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.Nfqlb("vip-set", "--vips=203.0.113.1", "--queue=0:1", "--spread=ports").MustSucceed();
        Assert.Contains("spread: ports", balancer.Nfqlb("export").MustSucceed().Stdout);
        Assert.Contains("goto spread4", balancer.Nfqlb("vip-list").MustSucceed().Stdout);

        CommandResult both = balancer.Nfqlb("vip-set", "--vips=203.0.113.1", "--fanout=yes", "--spread=ports");
        Assert.Equal(
            (1, "Invalid --spread: [ports] packets go either by their ports or by the CPU (fanout)\n"),
            (both.ExitCode, both.Stderr));
        CommandResult bad = balancer.Nfqlb("vip-set", "--vips=203.0.113.1", "--spread=cpu");
        Assert.Equal((2, "Invalid --spread [cpu]: must be ports or addresses\n"), (bad.ExitCode, bad.Stderr));

        balancer.Nfqlb("vip-set", "--vips=203.0.113.1", "--fanout=yes").MustSucceed();
        Assert.DoesNotContain("spread", balancer.Nfqlb("export").MustSucceed().Stdout);
        balancer.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal("", sandbox.First.Shell("nft list ruleset").Stdout);
    }

    private void OnTestbed(string spread, Action<Testbed, BackgroundProcess> test) => UndisturbedTestbed.Run(
        () => new Testbed(targetCount: 2, isRouted: false), output, testbed =>
        {
            Balancer balancer = testbed.Balancer;
            balancer.AddTun(Tun);
            balancer.CreatePool("web", 997, 10);
            balancer.Nfqlb(
                "target-set", "--shm=web", "--mark-mask=0x00ff0000",
                "--name=a", "--mark=65536", "--via=192.0.2.6,2001:db8:1::2",
                "--name=b", "--mark=131072", "--via=192.0.2.10,2001:db8:2::2").MustSucceed();
            balancer.Nfqlb(
                "vip-set", $"--vips={string.Join(',', Testbed.VirtualAddresses)}", "--queue=0:3",
                $"--spread={spread}").MustSucceed();
            balancer.Host.Shell("""
                nft -f - <<end
                table inet others {
                    counter every { }
                    counter marked { }
                    chain before {
                        type filter hook prerouting priority -300;
                        iifname "client" meta mark set 0x40000011
                    }
                    chain after {
                        type filter hook forward priority 0;
                        ip daddr 203.0.113.0/24 counter name every
                        ip6 daddr 2001:db8:99::/64 counter name every
                        ip daddr 203.0.113.0/24 meta mark & 0xff00ffff == 0x40000011 counter name marked
                    }
                }
                end
                """);
            BackgroundProcess flowlb = balancer.StartFlowlb(
                "0:3", "--mark-mask=0x00ff0000", "--promiscuous_ping", $"--tun={Tun}", "--ft_frag=400",
                "--ft_ttl=10000", RuleSet.LongQueues);
            balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
            test(testbed, flowlb);
        });

    private static void Send(Testbed testbed, string script) => testbed.Client.Shell(script);

    private static int[] Queued(BackgroundProcess flowlb) =>
        [.. Balancer.Queues(flowlb).OrderBy(queue => queue.Number).Select(queue => (int)queue.Queued)];

    private static int[] Since(int[] before, int[] after) => [.. after.Zip(before, (now, then) => now - then)];

    private static void Await(BackgroundProcess flowlb, int[] before, int packets) => flowlb.WaitUntil(
        () => Since(before, Queued(flowlb)).Sum() >= packets, $"{packets} packets queued");

    private static int Forwarded(Testbed testbed, string counter)
    {
        string text = testbed.Balancer.Host.Shell($"nft list counter inet others {counter}").Stdout;
        return int.Parse(Regex.Match(text, "packets ([0-9]+)").Groups[1].Value);
    }
}
