using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>`why` against where packets really go, and where their way ends.</summary>
[BesideOthers]
public sealed class WhyTests(ITestOutputHelper output)
{
    private const int FlowCount = 60, PacketsPerFlow = 2, PacketsPerSecond = 2_000;
    private const string Http4 = $"{AppliedHost.Client4}:1000 {AppliedHost.Vip4}:80";
    private const string Http6 = $"[{AppliedHost.Client6}]:1000 [{AppliedHost.Vip6}]:80";

    [KernelTheory]
    [InlineData("both", true)]
    [InlineData("echo", true)]
    [InlineData("echo", false)]
    public void Packets_go_where_it_says(string protocols, bool isPromiscuousPing) => UndisturbedTestbed.Run(
        RuleSet.TargetCount, output, testbed =>
        {
            BalancerModel model = RuleSet.Model(isPromiscuousPing, withMarksForTheRest: false);
            string[] ping = isPromiscuousPing ? ["--promiscuous_ping"] : [];
            BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", [RuleSet.LongQueues, .. ping]);
            RuleSet.Configure(testbed.Balancer, model);
            var injection = new Injection(protocols, "1-65535", FlowCount);
            IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);

            TargetCaptures captures = TargetCaptures.Start(testbed);
            injection.Send(testbed.Client, FlowCount * PacketsPerFlow, PacketsPerSecond);
            flowlb.WaitUntil(
                () => Balancer.Queues(flowlb).Sum(queue => queue.Queued) >= FlowCount * PacketsPerFlow
                    && Balancer.Queues(flowlb).All(queue => queue.Waiting == 0),
                "all packets decided");
            Arrivals arrivals = captures.Stop();

            int delivered = 0;
            foreach ((int i, PacketTuple flow) in flows.Index())
            {
                int? mark = MarkOfArrival(testbed, arrivals, i);
                // What the balancer was given it says itself.
                CommandResult why = testbed.Balancer.Nfqlb([.. Ask(flow), "--json"]);
                Assert.True(mark == MarkSaid(why), $"{flow} arrived at {mark?.ToString() ?? "nobody"}:\n{why}");
                delivered += mark is null ? 0 : 1;
            }
            output.WriteLine($"{delivered} of {FlowCount} delivered");
            Assert.InRange(delivered, 1, isPromiscuousPing && protocols == "echo" ? FlowCount : FlowCount - 1);
        });

    [KernelFact]
    public void It_tells_every_step()
    {
        using var host = new AppliedHost();
        JsonElement why = host.Json(0, ["why", .. Http6.Split(' ')]);
        Assert.Equal($"{AppliedHost.Vip6}/128", Text(why, "vip", "prefix"));
        Assert.Equal("http", Text(why, "flow", "name"));
        Assert.Equal("https", why.GetProperty("flow").GetProperty("near")[0].GetProperty("name").GetString());
        JsonElement pool = why.GetProperty("pool");
        CommandResult fwmark = host.Nfqlb("fwmark", "--shm=web", "--proto=tcp",
            $"--src={Http6.Split(' ')[0]}", $"--dst={Http6.Split(' ')[1]}").MustSucceed();
        JsonElement told = JsonDocument.Parse(fwmark.Stdout).RootElement;
        Assert.Equal(
            (Number(told, "hash"), Number(told, "lookupindex"), Number(told, "activeindex"), Number(told, "fwmark")),
            (Number(pool, "hash"), Number(pool, "entry"), Number(pool, "slot"), Number(pool, "mark")));
        string target = Number(pool, "mark") == 101 ? "red" : "blue";
        Assert.Equal(target, Text(why, "pool", "target"));
        Assert.Equal(target, Text(why, "route", "dev"));
        Assert.Equal(Number(pool, "mark"), Number(why.GetProperty("route"), "table"));
        Assert.Equal("noarp", Text(why, "neighbour", "state"));
        CommandResult text = host.Nfqlb(["why", .. Http6.Split(' ')]);
        Assert.Equal(0, text.ExitCode);
        Assert.EndsWith($"arrives    at target {target}\n", text.Stdout);
    }

    public static TheoryData<string, string, string, string> Ends => new()
    {
        { "true", $"{AppliedHost.Client4}:1 203.0.113.9:80", "vip", "203.0.113.9 is no VIP: it is not queued" },
        {
            "true", $"{AppliedHost.Client4}:1 {AppliedHost.Vip4}:81", "flow",
            "no flow accepts it: it is dropped, unless flowlb was given --nolb_fwmark"
        },
        {
            "echo 0 > /proc/sys/net/ipv4/ip_forward", Http4, "forwarding",
            "this host does not forward: it is dropped"
        },
        { Each("ip -4 rule del fwmark $m"), Http4, "rule", "it goes where unmarked packets go" },
        { Each("ip route flush table $m"), Http4, "rule", "it goes where unmarked packets go" },
        { Each("ip route del default table $m metric 0"), Http4, "route", "the kernel has no way for it: unreachable" },
        { $"ip address add {AppliedHost.Vip4} dev client", Http4, "rule", "it is an address of this host" },
        { "ip link set red down; ip link set blue down", Http6, "route", "the kernel has no way for it: unreachable" },
        {
            Each("ip route change default via 192.0.2.2 table $m"), Http4, "route",
            "it goes to 192.0.2.2, and the target is at"
        },
        {
            "ip neighbour replace 192.0.2.6 dev red nud failed; ip neighbour replace 192.0.2.10 dev blue nud failed",
            Http4, "neighbour", "it does not answer"
        },
        { Each("nfqlb deactivate --shm=web $m"), Http4, "pool", "the pool has no targets: it is dropped" },
    };

    [KernelTheory]
    [MemberData(nameof(Ends))]
    public void It_says_where_and_why_the_way_ends(string fault, string tuple, string where, string reason)
    {
        using var host = new AppliedHost();
        host.Json(0, ["why", .. Http4.Split(' ')]);
        host.Shell($"nfqlb() {{ {Executables.Nfqlb} \"$@\"; }}\n{fault}");

        JsonElement why = host.Json(4, ["why", .. tuple.Split(' ')]);

        Assert.Contains(reason, why.GetProperty("reason").GetString());
        string[] stations = [.. why.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object)
            .Select(part => part.Name)];
        Assert.Equal(where, stations[^1]);
    }

    [KernelFact]
    public void Nobody_reads_the_queues()
    {
        using var host = new AppliedHost();
        host.Flowlb.Stop();
        Assert.Equal(
            "nobody reads 0:3: it is dropped",
            host.Json(4, ["why", .. Http4.Split(' ')]).GetProperty("reason").GetString());
    }

    /// <summary>With mode 0 all of a tuple is hashed, with mode 1 the ports of SCTP alone.</summary>
    [KernelTheory]
    [InlineData("0", "")]
    [InlineData("1", "")]
    [InlineData("0", "--hash_mode=1")]
    [InlineData("1", "--hash_mode=0")]
    public void The_hash_mode_is_that_of_the_balancer_unless_another_is_given(string mode, string option)
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.StartFlowlb("0:3", $"--hash_mode={mode}");
        balancer.CreatePool("web", 997, 10, 101);
        balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        balancer.Nfqlb("vip-set", "--vips=203.0.113.1").MustSucceed();
        string[] tuple = ["198.18.0.1:1000", "203.0.113.1:2000"];

        string[] options = option.Length > 0 ? ["--json", option] : ["--json"];
        JsonElement why = JsonDocument.Parse(
            balancer.Nfqlb(["why", .. tuple, "sctp", .. options]).Stdout).RootElement;

        string used = option.Length > 0 ? option[^1..] : mode;
        JsonElement told = JsonDocument.Parse(balancer.Nfqlb(
            "fwmark", "--shm=web", "--proto=sctp", $"--src={tuple[0]}", $"--dst={tuple[1]}", $"--hash_mode={used}")
            .MustSucceed().Stdout).RootElement;
        Assert.Equal(Number(told, "hash"), Number(why.GetProperty("pool"), "hash"));
    }

    [KernelTheory]
    [InlineData("why", "why: SRC:PORT and DST:PORT are needed")]
    [InlineData("why 10.0.0.1:1 20.0.0.1:2 gre", "Invalid PROTO [gre]: must be tcp, udp, sctp or icmp")]
    [InlineData("why 10.0.0.1:1 20.0.0.1", "No port in [20.0.0.1]")]
    [InlineData("why 10.0.0.1:1 20.0.0.1:2 tcp more", "why: unexpected argument [more]")]
    public void What_is_no_question_is_refused_in_one_line(string command, string complaint)
    {
        using var sandbox = new Sandbox();
        CommandResult result = new Balancer(sandbox.First).Nfqlb(command.Split(' '));
        Assert.Equal((2, "", complaint + "\n"), (result.ExitCode, result.Stdout, result.Stderr));
    }

    private static string Each(string command) => $"for m in 101 102; do {command}; done";

    private static string[] Ask(PacketTuple flow)
    {
        string protocol = flow.Protocol switch
        {
            PacketTuple.Tcp => "tcp",
            PacketTuple.Udp => "udp",
            _ => "icmp",
        };
        ushort sourcePort = protocol == "icmp" ? flow.EchoId : flow.SourcePort;
        return ["why", Endpoint(flow.Source, sourcePort), Endpoint(flow.Destination, flow.DestinationPort), protocol];
    }

    private static string Endpoint(System.Net.IPAddress address, ushort port) =>
        new System.Net.IPEndPoint(address, port).ToString();

    /// <summary>The mark of the one target that has seen the flow; null when none has.</summary>
    private static int? MarkOfArrival(Testbed testbed, Arrivals arrivals, int flow)
    {
        int[] marks = [.. testbed.Marks.Zip(arrivals.ByTarget)
            .Where(pair => pair.Second.PacketsByFlow.GetValueOrDefault(flow) > 0).Select(pair => pair.First)];
        return marks.Length == 0 ? null : marks.Single();
    }

    private static int? MarkSaid(CommandResult why)
    {
        JsonElement root = JsonDocument.Parse(why.Stdout).RootElement;
        bool isDelivered = root.GetProperty("is_delivered").GetBoolean();
        Assert.Equal(isDelivered ? 0 : 4, why.ExitCode);
        return isDelivered ? root.GetProperty("pool").GetProperty("mark").GetInt32() : null;
    }

    private static string? Text(JsonElement why, string station, string name) =>
        why.GetProperty(station).GetProperty(name).GetString();

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
