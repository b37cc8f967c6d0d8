using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>target-set, target-delete and target-list: slot, rules and routes of targets, in both families.</summary>
[BesideOthers]
public sealed class TargetCommandTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const string Unreachable4 = "unreachable default proto 78 metric 4294967295";
    private const string Unreachable6 = "unreachable default dev lo proto 78 metric 4294967295";

    private static string Way4(int host, string link = "left", int number = 1) =>
        $"default via {ControlHost.Via4(number, host)} dev {link} proto 78";

    private static string Way6(int host, string link = "left", int number = 1) =>
        $"default via {ControlHost.Via6(number, host)} dev {link} proto 78 metric 1024";

    [KernelFact]
    public void A_target_has_its_slot_and_in_each_family_a_rule_and_a_table()
    {
        control.Begin("web");

        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}")
            .MustSucceed();

        KernelState state = control.State();
        Assert.Equal("101", state.Ipv4.Walk(101).Table);
        Assert.Equal("101", state.Ipv6.Walk(101).Table);
        Assert.All([0u, 1u, 100u, 102u, 0x165u, uint.MaxValue], mark =>
            Assert.Equal(("main", "main"), (state.Ipv4.Walk(mark).Table, state.Ipv6.Walk(mark).Table)));
        Assert.Equal(
            [Way4(1), Way6(1), Unreachable6, Unreachable4], state.RoutesOf(101).Order(StringComparer.Ordinal));
        control.Pool("web").Check(new PoolModel(997, 10).Activate(101));
    }

    [KernelFact]
    public void A_target_of_one_family_leaks_in_none()
    {
        control.Begin("web");

        control.Nfqlb("target-set", "--shm=web", "--index=3", "--mark=7", $"--via={ControlHost.Via6(2, 9)}",
            "--dev=right").MustSucceed();

        KernelState state = control.State();
        Assert.Equal(("7", "7"), (state.Ipv4.Walk(7).Table, state.Ipv6.Walk(7).Table));
        IReadOnlyList<string> routes = state.RoutesOf(7);
        Assert.Equal(3, routes.Count);
        Assert.Contains(Unreachable4, routes);
        Assert.Contains(Unreachable6, routes);
        Assert.Contains(routes, route => route.StartsWith($"default via {ControlHost.Via6(2, 9)} dev right"));
        control.Pool("web").Check(new PoolModel(997, 10).ActivateAt(3, 7));
    }

    [KernelFact]
    public void Several_targets_in_one_call_are_one_publication_of_the_pool()
    {
        control.Begin("web");
        control.Balancer.Nfqlb("activate", "--shm=web", "--index=4", "900").MustSucceed();
        long before = control.Pool("web").Generation;

        control.Nfqlb([
            "target-set", "--shm=web",
            .. Enumerable.Range(0, 5).SelectMany(i =>
                (string[])[$"--name=t{i}", $"--mark={101 + i}", $"--via={ControlHost.Via(1, i)}"]),
        ]).MustSucceed();

        PoolMemory pool = control.Pool("web");
        Assert.Equal(before + 1, pool.Generation);
        // Slot 4 has a mark that somebody set by hand: it stays, and the fifth takes the next one.
        pool.Check(new PoolModel(997, 10).ActivateAt(4, 900).Activate(101, 102, 103, 104, 105));

        control.Nfqlb("target-delete", "--shm=web", "--name=t1", "--name=t3").MustSucceed();

        pool = control.Pool("web");
        Assert.Equal(before + 2, pool.Generation);
        pool.Check(new PoolModel(997, 10).ActivateAt(4, 900)
            .Activate(101, 102, 103, 104, 105).Deactivate(102, 104));
        KernelState state = control.State();
        Assert.Empty(state.RoutesOf(102));
        Assert.Equal(["101", "main", "103", "main", "105"], Enumerable.Range(101, 5)
            .Select(mark => state.Ipv4.Walk((uint)mark).Table));
        Assert.Equal(state.Ipv4.Leads, state.Ipv6.Leads);
    }

    [KernelFact]
    public void Redefining_changes_what_is_given_and_keeps_the_rest()
    {
        control.Begin("web");
        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--table=5000").MustSucceed();
        Assert.Equal([Way4(1), Way6(1)], Ways(5000));

        control.Nfqlb("target-set", "--shm=web", "--name=red", $"--via={ControlHost.Via(1, 2)}").MustSucceed();
        Assert.Equal([Way4(2), Way6(2)], Ways(5000));
        Assert.Equal("5000", control.State().Ipv6.Walk(101).Table);

        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=102").MustSucceed();
        Assert.Equal(("main", "5000"), (control.State().Ipv4.Walk(101).Table, control.State().Ipv4.Walk(102).Table));
        control.Pool("web").Check(new PoolModel(997, 10).Activate(102));

        control.Nfqlb("target-set", "--shm=web", "--name=red", $"--via={ControlHost.Via(2, 7)}", "--dev=right",
            "--table=102").MustSucceed();
        Assert.Empty(control.State().RoutesOf(5000));
        Assert.Equal(4, control.State().RoutesOf(102).Count);
        Assert.Contains(control.State().RoutesOf(102), route => route.Contains("dev right"));

        control.Nfqlb("target-set", "--shm=web", "--name=red", "--index=6").MustSucceed();
        control.Pool("web").Check(new PoolModel(997, 10).ActivateAt(6, 102));
    }

    [KernelFact]
    public void The_same_again_changes_nothing()
    {
        control.Begin("web");
        string[] words = ["target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}"];
        control.Nfqlb(words).MustSucceed();
        KernelState before = control.State();

        Assert.Empty(Quiet.NoticesDuring(control.Host, () => control.Nfqlb(words).MustSucceed()));

        control.State().MustBe(before);
    }

    [KernelFact]
    public void Deleting_takes_all_of_it_away_and_a_missing_one_is_fine()
    {
        control.Begin("web");
        KernelState before = control.State();
        control.Nfqlb("target-set", "--shm=web", "--index=0", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--index=2", "--mark=103", $"--via={ControlHost.Via4(1, 3)}").MustSucceed();

        Assert.Equal(0, control.Nfqlb("target-delete", "--shm=web", "--name=nobody").ExitCode);
        Assert.Equal(0, control.Nfqlb("target-delete", "--shm=web", "--index=1").ExitCode);
        Assert.Equal(0, control.Nfqlb("target-delete", "--shm=another", "--index=1").ExitCode);
        control.Pool("web").Check(new PoolModel(997, 10).ActivateAt(0, 101).ActivateAt(2, 103));

        control.Nfqlb("target-delete", "--shm=web", "--index=0", "--index=2").MustSucceed();

        KernelState after = control.State();
        Assert.Equal((before.Rules4, before.Rules6, before.Routes), (after.Rules4, after.Rules6, after.Routes));
        control.Pool("web").Check(new PoolModel(997, 10));
    }

    [KernelFact]
    public void A_mark_that_somebody_else_put_into_the_slot_meanwhile_stays()
    {
        control.Begin("web");
        control.Nfqlb("target-set", "--shm=web", "--index=0", "--mark=101", $"--via={ControlHost.Via(1, 1)}")
            .MustSucceed();
        control.Nfqlb("activate", "--shm=web", "--index=0", "555").MustSucceed();

        control.Nfqlb("target-delete", "--shm=web", "--index=0").MustSucceed();

        control.Pool("web").Check(new PoolModel(997, 10).ActivateAt(0, 555));
    }

    [KernelFact]
    public void The_list_tells_asked_for_and_actual()
    {
        control.Begin("web", "other");
        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--name=green", "--mark=102", $"--via={ControlHost.Via4(2, 2)}").MustSucceed();
        control.Nfqlb("target-set", "--shm=other", "--index=5", "--mark=103", $"--via={ControlHost.Via6(1, 3)}")
            .MustSucceed();
        Assert.All(List(), target => Assert.True(target.GetProperty("is_fine").GetBoolean(), $"{target}"));
        Assert.Equal(3, List().Count);
        Assert.Single(List("--shm=other"));

        control.Host.Shell($"""
            ip -4 rule del fwmark 102
            ip -6 route del default via {ControlHost.Via6(1, 1)} table 101
            ip -4 route del unreachable default metric 4294967295 table 101
            """);
        control.Nfqlb("deactivate", "--shm=other", "103").MustSucceed();

        JsonElement[] listed = [.. List()];
        JsonElement red = listed.Single(target => target.GetProperty("mark").GetInt32() == 101);
        JsonElement green = listed.Single(target => target.GetProperty("mark").GetInt32() == 102);
        JsonElement blue = listed.Single(target => target.GetProperty("mark").GetInt32() == 103);
        Assert.All(listed, target => Assert.False(target.GetProperty("is_fine").GetBoolean(), $"{target}"));
        Assert.True(red.GetProperty("ipv6").GetProperty("rule").GetBoolean());
        Assert.False(red.GetProperty("ipv6").GetProperty("route").GetBoolean());
        Assert.False(red.GetProperty("ipv4").GetProperty("guarded").GetBoolean());
        Assert.False(green.GetProperty("ipv4").GetProperty("rule").GetBoolean());
        Assert.Equal("empty", blue.GetProperty("slot_state").GetString());
        var model = new PoolModel(997, 10).Activate(101, 102);
        Assert.Equal(model.Lookup.Count(slot => slot == 0) / 997.0, red.GetProperty("share").GetDouble(), precision: 5);
        string text = control.Nfqlb("target-list").MustSucceed().Stdout;
        Assert.Matches($@"web +red +0 +101 +101 +{ControlHost.Via4(1, 1)}", text);
        Assert.Contains("no rule", text);

        // Whatever is asked next puts all rules and routes right.
        control.Nfqlb("target-set", "--shm=web", "--name=red").MustSucceed();
        Assert.All(
            List("--shm=web"), target => Assert.True(target.GetProperty("is_fine").GetBoolean(), $"{target}"));
    }

    [KernelFact]
    public void Slots_of_targets_that_are_not_named_stay_as_somebody_has_left_them()
    {
        control.Begin("web", "other");
        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--name=green", "--mark=102", $"--via={ControlHost.Via(2, 2)}").MustSucceed();
        control.Nfqlb("target-set", "--shm=other", "--name=blue", "--mark=103", $"--via={ControlHost.Via(1, 3)}")
            .MustSucceed();
        control.Nfqlb("deactivate", "--shm=web", "102").MustSucceed();
        control.Nfqlb("deactivate", "--shm=other", "103").MustSucceed();
        var onlyRed = new PoolModel(997, 10).Activate(101, 102).Deactivate(102);

        foreach (string change in (string[])[
            $"target-set --shm=web --name=red --via={ControlHost.Via(1, 9)}", "target-set --shm=web --name=red",
            "target-delete --shm=web --name=nobody", "vip-set --vips=203.0.113.1", "vip-delete --vips=203.0.113.1",
        ])
        {
            control.Nfqlb(change.Split(' ')).MustSucceed();
            control.Pool("web").Check(onlyRed);
            control.Pool("other").Check(new PoolModel(997, 10));
        }

        // By its name or its slot it comes back.
        control.Nfqlb("target-set", "--shm=other", "--index=0").MustSucceed();
        control.Pool("other").Check(new PoolModel(997, 10).Activate(103));
        control.Nfqlb("target-set", "--shm=web", "--name=green").MustSucceed();
        control.Pool("web").Check(new PoolModel(997, 10).Activate(101, 102));
    }

    [KernelFact]
    public void Rules_are_laid_out_as_the_option_says_until_it_says_otherwise()
    {
        control.Begin("web");
        string[] words = ["target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}"];
        control.Nfqlb([.. words, "--rules=flat"]).MustSucceed();
        Assert.DoesNotContain("goto", control.State().Rules4);
        control.Nfqlb("target-set", "--shm=web", "--name=green", "--mark=102", $"--via={ControlHost.Via(2, 2)}")
            .MustSucceed();
        Assert.DoesNotContain("goto", control.State().Rules6);

        control.Nfqlb([.. words, "--rules=tree"]).MustSucceed();

        Assert.Contains("goto", control.State().Rules4);
        Assert.All([101u, 102u], mark => Assert.Equal($"{mark}", control.State().Ipv6.Walk(mark).Table));
    }

    private string[] Ways(int table) =>
        [.. control.State().RoutesOf(table).Where(route => route.StartsWith("default via")).Order()];

    private IReadOnlyList<JsonElement> List(params string[] options) => [.. JsonDocument
        .Parse(control.Nfqlb(["target-list", "--json", .. options]).MustSucceed().Stdout).RootElement.EnumerateArray()];
}
