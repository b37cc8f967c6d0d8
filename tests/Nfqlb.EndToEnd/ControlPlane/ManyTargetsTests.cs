using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A thousand targets in both families: quick to set, few rules to walk, nothing left behind.</summary>
public sealed class ManyTargetsTests(ControlHost control, ITestOutputHelper output) : IClassFixture<ControlHost>
{
    private const int Many = 1000, Rounds = 5, MostTimesIpBatch = 2, Changed = 100;

    private static WantedFile File { get; } = new()
    {
        Pools =
        [
            new("web", 10_007, Many, [.. Enumerable.Range(0, Many).Select(i => new WantedTarget(
                i, 5001 + i, ControlHost.Via(1 + i % 2, i)))]),
        ],
    };

    [KernelFact]
    public void Are_set_changed_exported_and_taken_away()
    {
        control.Begin();
        KernelState before = control.State();

        control.Apply($"{File}").MustSucceed();
        CheckThatAllIsThere(File);
        Assert.Equal("Nothing to do\n", control.Apply($"{File}").MustSucceed().Stdout);

        WantedPool pool = File.Pools[0];
        WantedFile changed = File with
        {
            Pools = [pool with { Targets = [.. pool.Targets.Select(target => target.Slot % (Many / Changed) != 0
                ? target
                : target.Slot % 20 == 0
                    ? target with { Mark = target.Mark + 1_000_000 }
                    : target with { Via = ControlHost.Via(1, 2000 + target.Slot) })] }],
        };
        control.Apply($"{changed}").MustSucceed();
        CheckThatAllIsThere(changed);

        string export = control.Nfqlb("export").MustSucceed().Stdout;
        Assert.Equal("Nothing to do\n", control.Apply(export).MustSucceed().Stdout);

        control.Nfqlb("reset", "--all").MustSucceed();
        control.State().MustBe(before);
        control.Apply(export).MustSucceed();
        CheckThatAllIsThere(changed);
        control.Nfqlb("reset", "--all").MustSucceed();
        control.State().MustBe(before);
    }

    [KernelFact]
    public void Take_at_most_twice_the_time_that_ip_batch_needs_for_the_same_rules_and_routes()
    {
        control.Begin();
        string file = control.WriteFile("many.yaml", $"{File}");
        control.Nfqlb("apply", "-f", file).MustSucceed();
        (string batch4, string batch6, string undo4, string undo6) = BatchOf(control.State());
        control.Nfqlb("reset", "--all").MustSucceed();
        var apply = new List<double>();
        var ip = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            // By turns, so that whatever else the machine does meets both.
            apply.Add(Milliseconds(() => control.Nfqlb("apply", "-f", file).MustSucceed()));
            control.Nfqlb("reset", "--all").MustSucceed();
            ip.Add(Milliseconds(() => control.Host.Shell($"ip -4 -batch {batch4}; ip -6 -batch {batch6}")));
            control.Host.Shell($"ip -4 -batch {undo4}; ip -6 -batch {undo6}");
        }

        double ratio = apply.Min() / ip.Min();
        output.WriteLine($"apply {apply.Min():f0} ms, ip -batch {ip.Min():f0} ms, ratio {ratio:f2}");
        Assert.True(ratio <= MostTimesIpBatch, $"{ratio:f2} times the time of ip -batch: {apply.Min():f0} ms");
    }

    private void CheckThatAllIsThere(WantedFile file)
    {
        KernelState state = control.State();
        int[] marks = [.. file.Targets.Keys];
        double most = 2 * Math.Sqrt(Many);
        foreach (IpRules rules in (IpRules[])[state.Ipv4, state.Ipv6])
        {
            var walks = marks.Select(mark => (Mark: mark, Walk: rules.Walk((uint)mark))).ToArray();
            Assert.All(walks, walk => Assert.Equal($"{walk.Mark}", walk.Walk.Table));
            Assert.Equal(Many, rules.Leads.Count);
            int[] others = [0, 1, 77, 4999, 5000, 5001 + Many, 1_000_000, int.MaxValue];
            var strangers = others.Except(marks).Select(mark => rules.Walk((uint)mark)).ToArray();
            Assert.All(strangers, walk => Assert.Equal("main", walk.Table));
            int steps = walks.Max(walk => walk.Walk.Steps), strange = strangers.Max(walk => walk.Steps);
            output.WriteLine($"{rules.All.Count} rules, at most {steps} walked, {strange} for other marks");
            Assert.InRange(Math.Max(steps, strange), 1, most);
        }
        ILookup<string, string> routes = state.Routes.Split('\n')
            .ToLookup(line => line.Split(" table ").ElementAtOrDefault(1)?.Split(' ')[0] ?? "");
        Assert.All(file.Targets.Values, target =>
        {
            Assert.Equal(4, routes[$"{target.Mark}"].Count());
            Assert.All(target.Via.Split(','), via =>
                Assert.Contains(routes[$"{target.Mark}"], route => route.StartsWith($"default via {via} ")));
        });
        control.Pool("web").Check(new PoolModel(10_007, Many).Activate(
            [.. file.Pools[0].Targets.OrderBy(target => target.Slot).Select(target => target.Mark)]));
    }

    /// <summary>The same as commands for `ip`, in the order that the kernel is quickest with.</summary>
    private (string Batch4, string Batch6, string Undo4, string Undo6) BatchOf(KernelState state)
    {
        (string do4, string undo4) = Write("4", state.Rules4);
        (string do6, string undo6) = Write("6", state.Rules6);
        return (do4, do6, undo4, undo6);

        (string Do, string Undo) Write(string family, string listing)
        {
            string[] rules = [.. Ours(listing).Select(RuleWords).Reverse()];
            string[] routes =
            [
                .. Ours(state.Routes).Select(line => line.Replace(" pref medium", ""))
                    .Where(line => (line.Contains("fd00") || line.Contains("dev lo")) == (family == "6")),
            ];
            string[] add =
                [.. routes.Select(route => $"route add {route}"), .. rules.Select(rule => $"rule add {rule}")];
            string[] delete =
                [.. rules.Select(rule => $"rule del {rule}"), .. routes.Select(route => $"route del {route}")];
            return (control.WriteFile($"add{family}", string.Join('\n', add) + '\n'),
                control.WriteFile($"del{family}", string.Join('\n', delete) + '\n'));
        }
    }

    private static IEnumerable<string> Ours(string listing) =>
        listing.Split('\n').Where(line => line.Contains("proto 78"));

    // 10000:  not from all fwmark ... proto 78
    private static string RuleWords(string line)
    {
        string words = "pref " + line.Replace(":\t", " ").Replace("proto 78", "protocol 78");
        return words.Contains(" not ") ? "not " + words.Replace(" not ", " ") : words;
    }

    private static double Milliseconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
