using System.Text.Json;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>With `--mark-mask` bits of others survive, nfqlb's are replaced, and packets arrive by them.</summary>
public sealed class MarkMaskTests(ITestOutputHelper output)
{
    private const int FlowCount = 300, PacketsPerFlow = 8;

    /// <summary>Others mark packets in turn with 0x11 and 0x22 outside the mask, and leave rubbish inside it.</summary>
    private const string Others = """
        nft -f - <<end
        table inet others {
            counter every { }
            counter first { }
            counter second { }
            chain before {
                type filter hook prerouting priority -300;
                iifname "client" meta mark set numgen inc mod 2 map { 0 : 0x40770011, 1 : 0x00660022 }
            }
            chain after {
                type filter hook forward priority 0;
                iifname "client" counter name every
                iifname "client" meta mark & 0xff00ffff == 0x40000011 counter name first
                iifname "client" meta mark & 0xff00ffff == 0x00000022 counter name second
            }
        }
        end
        """;

    /// <summary>Slow ones are answered one by one, fast ones many at a time.</summary>
    [KernelTheory]
    [InlineData(500, "tree")]
    [InlineData(20_000, "flat")]
    public void Bits_of_others_survive(int packetsPerSecond, string rules) => OnTestbed(rules, testbed =>
    {
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", "--mark-mask=0x00ff0000", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        testbed.Balancer.Host.Shell(Others);
        int flows = packetsPerSecond < 1000 ? FlowCount / 5 : FlowCount;
        int sent = flows * PacketsPerFlow;
        var injection = new Injection("both", "1-65535", flows);

        TargetCaptures captures = TargetCaptures.Start(testbed);
        injection.Send(testbed.Client, sent, packetsPerSecond);
        flowlb.WaitUntil(
            () => Balancer.Queues(flowlb).Sum(queue => queue.Queued) >= sent
                && Balancer.Queues(flowlb).All(queue => queue.Waiting == 0),
            "all packets decided");
        Arrivals arrivals = captures.Stop();

        Assert.Equal(sent, arrivals.Total);
        Assert.All(arrivals.ByTarget, target => Assert.NotEmpty(target.PacketsByFlow));
        var (first, second) = (Counted(testbed, "first"), Counted(testbed, "second"));
        Assert.Equal((sent, sent), (Counted(testbed, "every"), first + second));
        Assert.InRange(first, sent / 3, sent * 2 / 3);
    });

    [KernelFact]
    public void Commands_use_the_mask() => OnTestbed("tree", testbed =>
    {
        Balancer balancer = testbed.Balancer;
        balancer.StartFlowlb("0:3", "--mark-mask=0x00ff0000");
        balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();

        Assert.Contains("fwmark 0x10000/0xff0000 lookup", balancer.Host.Shell("ip rule").Stdout);
        Assert.Contains("mark_mask: \"0xff0000\"", balancer.Nfqlb("export").MustSucceed().Stdout);
        Assert.Contains("via: [192.0.2.6, \"2001:db8:1::2\"]", balancer.Nfqlb("export").MustSucceed().Stdout);
        Assert.Contains("65536/0xff0000", balancer.Nfqlb("target-list").MustSucceed().Stdout);
        string status = balancer.Nfqlb("status").Stdout;
        Assert.Contains("2 fit the mark mask 0xff0000", status);
        Assert.DoesNotContain("\nbad", status);
        string[] tuple = ["198.18.0.1:1000", "203.0.113.1:2000"];
        JsonElement why = JsonDocument.Parse(
            balancer.Nfqlb(["why", .. tuple, "--mark=0x40000011", "--json"]).MustSucceed().Stdout).RootElement;
        Assert.Equal("0xff0000", why.GetProperty("pool").GetProperty("mark_mask").GetString());
        Assert.Contains("0000/0xff0000 lookup", why.GetProperty("rule").GetProperty("rule").GetString());
        Assert.Contains("\"mask\": \"0xff0000\" }", balancer.Nfqlb("fwmark", "--shm=web", "--proto=tcp",
            $"--src={tuple[0]}", $"--dst={tuple[1]}", "--mark-mask=0xff0000").MustSucceed().Stdout);

        balancer.Nfqlb("activate", "--shm=web", "--index=5", "5").MustSucceed();
        CommandResult bad = balancer.Nfqlb("status");
        Assert.Equal(3, bad.ExitCode);
        Assert.Contains("[web] slot 5: mark 5 has bits outside the balancer's mark mask 0xff0000", bad.Stdout);
    });

    [KernelTheory]
    [InlineData(
        "target-set --shm=web --name=c --mark=5 --via=192.0.2.6",
        "Invalid --mark: [5] has bits outside the mark mask [0xff0000]")]
    [InlineData(
        "flowlb --mark-mask=0xff --nolb_fwmark=256",
        "Invalid --nolb_fwmark [256]: it has bits outside --mark-mask [0xff]")]
    [InlineData(
        "lb --mark-mask=0xff --notargets_fwmark=256",
        "Invalid --notargets_fwmark [256]: it has bits outside --mark-mask [0xff]")]
    [InlineData(
        "flowlb --mark-mask=0",
        "Invalid --mark-mask [0]: must have at least one of 32 bits, such as 0x00ff0000")]
    public void Marks_that_do_not_fit_are_refused(string command, string complaint) => OnTestbed("tree", testbed =>
    {
        CommandResult result = testbed.Balancer.Nfqlb(command.Split(' '));
        Assert.Equal((1, complaint + "\n"), (result.ExitCode, result.Stderr));
    });

    private void OnTestbed(string rules, Action<Testbed> test) => UndisturbedTestbed.Run(
        () => new Testbed(targetCount: 2, isRouted: false), output, testbed =>
        {
            Balancer balancer = testbed.Balancer;
            balancer.CreatePool("web", 997, 10);
            balancer.Nfqlb(
                "target-set", "--shm=web", "--mark-mask=0x00ff0000", $"--rules={rules}",
                "--name=a", "--mark=65536", "--via=192.0.2.6,2001:db8:1::2",
                "--name=b", "--mark=131072", "--via=192.0.2.10,2001:db8:2::2").MustSucceed();
            balancer.Nfqlb("vip-set", $"--vips={string.Join(',', Testbed.VirtualAddresses)}").MustSucceed();
            test(testbed);
        });

    private static int Counted(Testbed testbed, string counter)
    {
        string text = testbed.Balancer.Host.Shell($"nft list counter inet others {counter}").Stdout;
        return int.Parse(Regex.Match(text, "packets ([0-9]+)").Groups[1].Value);
    }
}
