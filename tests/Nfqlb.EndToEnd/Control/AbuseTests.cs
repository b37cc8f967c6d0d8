using System.Diagnostics;
using System.Text;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Control;

/// <summary>All that one can do to the control socket, while packets flow.</summary>
public sealed class AbuseTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1";
    private const int Packets = 60_000, PacketsPerSecond = 6_000, MostClients = 256, Megabyte = 1 << 20;
    private const int MostResidentKilobytes = 150_000;

    /// <summary>After so long flowlb closes a silent connection anyway: a quick answer was not waited for.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly List<RawConnection> _open = [];
    private readonly List<string> _set = ["all"];

    [KernelFact]
    public void Nobody_keeps_packets_or_an_honest_client_waiting() => UndisturbedTestbed.Run(2, output, testbed =>
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        SetLongFlows(testbed.Balancer);
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = new Injection("both", "1-65535", 500)
            .StartSending(testbed.Client, Packets, PacketsPerSecond);
        try
        {
            Abuse(testbed, flowlb, "silence", 2 * MostClients, _ => "");
            Abuse(testbed, flowlb, "half a request", MostClients + 10,
                i => $"action:set\nname:half-{i}\ntarget:{Pool}\n");
            Abuse(testbed, flowlb, "an answer that is not read", MostClients + 10, _ => "action:list\neoc:\n");
            Abuse(testbed, flowlb, "garbage", MostClients, Garbage);
            Flood(testbed, flowlb);
            AskAtOnce(flowlb, 300);
            TryAsStranger(testbed.Balancer);
        }
        finally
        {
            _open.ForEach(connection => connection.Dispose());
            _open.Clear();
        }

        bool wasUnderTraffic = !sender.HasEnded;
        Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), Packets);
        Eventually.True(() => Balancer.Queues(flowlb).Sum(queue => queue.Waiting) == 0, "a verdict for every packet");
        Assert.Equal(Packets, captures.Stop().Total);
        output.WriteLine($"under traffic to the end: {wasUnderTraffic}; {ResidentMemory.OfKilobytes(flowlb)} KB");
        Assert.Equal(_set.Order(), Names(testbed.Balancer).Order());
        Assert.InRange(ResidentMemory.OfKilobytes(flowlb), 1, MostResidentKilobytes);
        Assert.Equal("", CommandResult.ComplaintsIn(flowlb.Stderr));
        _set.RemoveRange(1, _set.Count - 1);
    });

    [KernelFact]
    public void A_TCP_address_is_warned_of_at_start()
    {
        using var sandbox = new Sandbox();
        BackgroundProcess flowlb = sandbox.First.Start("env", "NFQLB_FLOW_ADDRESS=tcp:127.0.0.1:7000",
            Executables.Nfqlb, "flowlb", "--queue=5");

        flowlb.WaitForOutput("started");

        Assert.Matches("warning .*nobody is authenticated.*address=tcp:127.0.0.1:7000", flowlb.Stderr);
        Assert.Equal(0, flowlb.Stop().ExitCode);
    }

    /// <summary>So many connections that send something and then stay; an honest client comes through.</summary>
    private void Abuse(Testbed testbed, BackgroundProcess flowlb, string what, int count, Func<int, string> send)
    {
        for (int i = 0; i < count; i++)
        {
            RawConnection connection = Connect(flowlb);
            _open.Add(connection);
            connection.TrySend(send(i));
        }
        SetHonestly(testbed.Balancer, what);
    }

    private void SetHonestly(Balancer balancer, string after)
    {
        string name = $"after-{_set.Count}";
        long start = Stopwatch.GetTimestamp();
        balancer.Nfqlb("flow-set", $"--name={name}", $"--target={Pool}", "--prio=1").MustSucceed();
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"After {after}: an honest change took {took.TotalMilliseconds:f0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeLimit / 2);
        _set.Add(name);
    }

    private void Flood(Testbed testbed, BackgroundProcess flowlb)
    {
        using RawConnection connection = Connect(flowlb);
        connection.Send("action:set\nname:");
        long taken = connection.SendUntilRefused(Encoding.ASCII.GetBytes(new string('x', 65536)), 100L * Megabyte);
        Assert.InRange(taken, 0, 2 * Megabyte);
        SetHonestly(testbed.Balancer, "100 MB");
    }

    private static void AskAtOnce(BackgroundProcess flowlb, int count)
    {
        string[] answers = new string[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            using RawConnection connection = Connect(flowlb);
            answers[i] = connection.Send("action:list-names\neoc:\n").ReadToClose();
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Contains("\"all\"", answers[0]);
    }

    private static void TryAsStranger(Balancer balancer)
    {
        string[][] attempts =
        [
            ["flow-set", "--name=mine", $"--target={Pool}"], ["flow-delete", "--name=all"],
            ["trace-flow-set", "--name=mine"], ["flowlb", "--queue=0:3", "--takeover"], ["capture", "-w", "/dev/null"],
        ];
        Assert.All(attempts, words => Assert.NotEqual(0, balancer.Host.Run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Executables.Nfqlb, .. words]).ExitCode));
    }

    /// <summary>Flows whose list does not fit into a socket's buffer.</summary>
    private void SetLongFlows(Balancer balancer)
    {
        for (int i = 0; i < 20; i++)
        {
            string sources = string.Join(',', Enumerable.Range(0, 1000).Select(n => $"10.{i}.{n / 250}.{n % 250}/32"));
            balancer.Nfqlb("flow-set", $"--name=long-{i}", $"--target={Pool}", $"--srcs={sources}").MustSucceed();
            _set.Add($"long-{i}");
        }
    }

    private static RawConnection Connect(BackgroundProcess flowlb) => RawConnection.Beside(flowlb, "nfqlb");

    private static string Garbage(int seed)
    {
        byte[] bytes = new byte[1000];
        new Random(seed).NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private static string[] Names(Balancer balancer) =>
        [.. balancer.Nfqlb("flow-list-names").MustSucceed().Stdout.Split('"').Where((_, i) => i % 2 == 1)];
}
