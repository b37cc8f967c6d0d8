using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>A testbed whose virtual addresses are those of `vip-set`, and a balancer with a fast path.</summary>
internal static class FastBed
{
    /// <summary>The balancer's link to the client.</summary>
    public const string Option = "--fast-path=client";

    /// <summary>The kernel verifies the program at each start; on a busy machine that takes seconds.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>Rules made by hand go; `vip-set` makes its own.</summary>
    public static void Prepare(Testbed testbed)
    {
        testbed.Balancer.Host.Shell("iptables -t mangle -F PREROUTING; ip6tables -t mangle -F PREROUTING");
        testbed.Balancer.Nfqlb("vip-set", $"--vips={string.Join(',', Testbed.VirtualAddresses)}", "--queue=0:3")
            .MustSucceed();
    }

    /// <summary>Starts a balancer, and waits until the kernel decides.</summary>
    public static BackgroundProcess Start(Testbed testbed, params IReadOnlyList<string> options)
    {
        string[] links = options.Any(option => option.StartsWith("--fast-path=")) ? [] : [Option];
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", [.. links, .. options]);
        return flowlb.WaitUntil(() => StateOf(testbed) == "on", "fast path on", StartLimit);
    }

    /// <summary>What the balancer says of its fast path.</summary>
    public static string StateOf(Testbed testbed) => StateOf(testbed.Balancer);

    /// <summary>The same of a balancer that another user may run.</summary>
    public static string StateOf(Balancer balancer) =>
        balancer.Counters().GetProperty("fast_path").GetProperty("state").GetString()!;

    /// <summary>Packets that came to the link, by what became of them.</summary>
    public static long Packets(Testbed testbed, string outcome) =>
        testbed.Balancer.Counters().GetProperty("fast_path").GetProperty("links").EnumerateArray()
            .Sum(link => link.GetProperty(outcome).GetInt64());

    /// <summary>Sends packets, all of which are for targets, and waits until they are counted.</summary>
    public static Arrivals Send(Testbed testbed, int packets)
    {
        Eventually.True(() => StateOf(testbed) == "on", "the kernel knows the flows", StartLimit);
        long before = Sum(testbed.Balancer.Counters(), "targets", "packets");
        TargetCaptures captures = TargetCaptures.Start(testbed);
        new Injection("both", "1-65535", 100).Send(testbed.Client, packets, 10_000);
        Eventually.True(
            () => Sum(testbed.Balancer.Counters(), "targets", "packets") - before == packets, "all packets counted");
        Arrivals arrivals = captures.Stop();
        Assert.Equal(packets, arrivals.Total);
        return arrivals;
    }

    /// <summary>The sum of a count over some rows of the counters.</summary>
    public static long Sum(JsonElement counters, string rows, string count) =>
        counters.GetProperty(rows).EnumerateArray().Sum(row => row.GetProperty(count).GetInt64());
}
