using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>apply makes a host match a file: differences alone, and what is others' is left.</summary>
[BesideOthers]
public sealed class ApplyTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const string NothingToDo = "Nothing to do\n";

    /// <summary>A bit of everything.</summary>
    private static WantedFile File { get; } = new()
    {
        Vips = ["203.0.113.0/24", "198.51.100.1/32", "2001:db8:99::1/128"],
        EgressTable = 4096,
        Pools =
        [
            new("web", 997, 20, [.. Enumerable.Range(0, 12).Select(i => new WantedTarget(
                i, 101 + i, ControlHost.Via(1 + i % 2, i)))]),
            new("dns", 101, 4, [new(1, 102, ControlHost.Via(2, 1)), new(3, 900, ControlHost.Via6(1, 40))]),
        ],
        Flows =
        [
            "{name: http, target: web, prio: 10, protocols: [tcp], dports: [80, 8000-8080]}",
            "{name: dns, target: dns, protocols: [udp], dports: 53, srcs: [10.0.0.0/8, \"2001:db8::/32\"]}",
        ],
    };

    [KernelFact]
    public void A_dry_run_prints_what_apply_then_does_and_changes_nothing()
    {
        Begin();
        KernelState before = control.State();
        string[] files = Files();
        CommandResult dry = null!;

        Assert.Empty(Quiet.NoticesDuring(control.Host, () => dry = control.Apply($"{File}", "--dry-run")));

        control.State().Essence.MustBe(before.Essence);
        Assert.Equal(files, Files()); // not even a lock
        CommandResult applied = control.Apply($"{File}").MustSucceed();
        Assert.Equal(dry.MustSucceed().Stdout.Replace("\nWould make ", "\nMade "), applied.Stdout);
        Assert.Matches(
            @"\nMade \d+ changes: \d+ routes, \d+ rules, 2 pools, 2 flows, 1 set of virtual addresses\n\z",
            applied.Stdout);
        Assert.Contains("table 104 protocol 78 (target web/", applied.Stdout);
        Assert.All((string[])["lookup 112", "via 10.1.1.2", "pool web", "slot 3 of dns", "flow http", "203.0.113.0/24"],
            what => Assert.Contains(what, applied.Stdout));
        CheckThatAllIsThere(control.State());
    }

    /// <summary>As CI would: nobody in particular, who has no balancer, no network and no shared memory.</summary>
    [KernelFact]
    public void Files_are_checked_without_a_host_and_a_host_against_files()
    {
        Begin();
        string whole = control.WriteFile("whole.yaml", $"{File}");
        string[] lines = $"{File}".Split('\n');
        int cut = Array.IndexOf(lines, "pools:");
        string first = control.WriteFile("first.yaml", string.Join('\n', lines[..cut]));
        string rest = control.WriteFile("rest.yaml", string.Join('\n', lines[cut..]));
        control.Host.Shell($"chmod -R a+rX {Path.GetDirectoryName(whole)}");
        CommandResult Check(string files) => control.Host.Run("unshare", "--net", "--mount", "bash", "-c",
            "mount -o ro -t tmpfs none /dev/shm; "
            + $"exec setpriv --reuid=65534 --clear-groups {Executables.Nfqlb} check {files}");

        Assert.EndsWith("fine. Pools: 2, targets: 14, flows: 2, VIPs: 3\n", Check(whole).MustSucceed().Stdout);
        Assert.Contains("fine. Pools: 2", Check($"{first} {rest}").MustSucceed().Stdout);
        Complaint.Check(Check($"{rest} {rest} --bogus"), "bogus");
        Assert.Equal(1, Check(rest + " /nowhere").ExitCode);
        Assert.Equal(5, control.Nfqlb("apply", "-f", first, "-f", rest, "--dry-run", "--exit-code").ExitCode);
        control.Nfqlb("apply", "-f", first, "-f", rest).MustSucceed();
        Assert.Equal(0, control.Nfqlb("apply", "-f", whole, "--dry-run", "--exit-code").ExitCode);
        Complaint.Check(control.Nfqlb("apply", "-f", whole, "-f", first, "-f", "-", "-f", "-"), "file", "-");
        Complaint.Check(control.Nfqlb("apply", "-f", whole, "--exit-code"), "exit-code");
    }

    [KernelFact]
    public void The_same_again_says_so_and_sends_no_change()
    {
        Begin();
        control.Apply($"{File}").MustSucceed();
        KernelState before = control.State();

        Assert.Empty(Quiet.NoticesDuring(control.Host, () =>
        {
            Assert.Equal(NothingToDo, control.Apply($"{File}").MustSucceed().Stdout);
            Assert.Equal(NothingToDo, control.Apply($"{File}", "--dry-run").MustSucceed().Stdout);
        }));

        control.State().MustBe(before);
    }

    [KernelFact]
    public void Differences_alone_are_carried_out()
    {
        Begin();
        control.Apply($"{File}").MustSucceed();
        long generation = control.Pool("dns").Generation;
        WantedPool web = File.Pools[0];
        WantedFile changed = File with
        {
            Vips = [.. File.Vips, "192.0.2.77/32"],
            Pools =
            [
                web with { Targets = [.. web.Targets.Skip(1), new WantedTarget(0, 777, "10.1.1.99")] }, File.Pools[1],
            ],
        };

        string[] lines = control.Apply($"{changed}").MustSucceed().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.All(
            lines[..^1],
            line => Assert.Matches(@"\b(777|101|0x309|0x65|192\.0\.2\.77)\b|rule .* (goto|nop)", line));
        Assert.Equal(generation, control.Pool("dns").Generation);
        var model = new PoolModel(997, 20).Activate([777, .. Enumerable.Range(102, 11)]);
        control.Pool("web").Check(model);
        control.Apply($"{File}").MustSucceed();
        CheckThatAllIsThere(control.State());
    }

    [KernelTheory]
    [InlineData("ip -4 rule del fwmark 105 table 105; ip -6 rule del fwmark 900 table 900")]
    [InlineData("for p in $(ip -4 rule | grep 'proto 78' | cut -d: -f1); do ip -4 rule del pref $p; done")]
    [InlineData("ip -6 rule | grep 'goto\\|nop' | cut -d: -f1 | uniq | while read p; do ip -6 rule del pref $p; done")]
    [InlineData("ip -4 rule del from 203.0.113.0/24 table 4096; ip -6 rule del from 2001:db8:99::1 type blackhole")]
    [InlineData("ip -4 route del default via 10.1.1.2 table 103")]
    [InlineData("ip -6 route flush table 104; ip -4 route flush table 105")]
    [InlineData("ip -4 route del unreachable default metric 4294967295 table 103")]
    [InlineData("ip -4 route replace default via 10.2.1.250 table 103 proto 78")]
    [InlineData("nft delete table inet nfqlb")]
    [InlineData("nft flush chain inet nfqlb prerouting")]
    [InlineData("nft flush chain inet nfqlb output; nft delete chain inet nfqlb output")]
    [InlineData("nft flush set inet nfqlb vip4; nft add element inet nfqlb vip4 '{ 1.2.3.4 }'")]
    [InlineData("nft flush set inet nfqlb vip6")]
    [InlineData("$nfqlb deactivate --shm=web 103 104; $nfqlb activate --shm=dns 555")]
    [InlineData("$nfqlb delete --shm=web")]
    [InlineData("$nfqlb init --shm=web --M=499 --N=8; $nfqlb activate --shm=web 555")]
    [InlineData("$nfqlb flow-delete --name=http")]
    [InlineData("$nfqlb flow-set --name=dns --target=web --protocols=udp --dports=54")]
    [InlineData("rm /dev/shm/nfqlb-wanted")]
    public void What_somebody_changed_is_put_right(string change)
    {
        Begin();
        control.Apply($"{File}").MustSucceed();
        string wanted = control.State().Essence;

        control.Host.Shell($"nfqlb={Executables.Nfqlb}\n{change}");
        CommandResult applied = control.Apply($"{File}").MustSucceed();

        Assert.True(applied.Stdout != NothingToDo || change.StartsWith("rm"), applied.Stdout);
        control.State().Essence.MustBe(wanted);
        CheckThatAllIsThere(control.State());
        Assert.Equal(NothingToDo, control.Apply($"{File}").MustSucceed().Stdout);
    }

    [KernelFact]
    public void What_others_have_added_is_left()
    {
        Begin();
        KernelState before = control.State();
        const string Foreign = """
            for f in 4 6; do
                ip -$f rule add pref 9000 fwmark 5 table 50
                ip -$f rule add pref 10005 fwmark 0xf69 table 51
                ip -$f rule add pref 20000 fwmark 6 table 50
                ip -$f rule add pref 26006 fwmark 8 table 50 protocol static
                ip -$f rule add pref 30000 fwmark 7 table 50
            done
            ip -4 route add default via 10.1.7.7 table 50
            ip -6 route add default via fd00:1::77 table 50 proto static
            ip -4 route add 192.0.2.0/24 via 10.1.7.7 table 103
            ip -4 route add default via 10.1.7.7 metric 77 table 103
            nft add table inet mine; nft add chain inet mine c; nft add rule inet mine c counter
            """;
        control.Host.Shell(Foreign);
        control.Balancer.CreatePool("mine", 101, 4, 5, 6);
        KernelState foreign = control.State();

        control.Apply($"{File}").MustSucceed();
        control.Apply($"{File with { Rules = "flat", Vips = [], Pools = [File.Pools[0]], Flows = [] }}").MustSucceed();
        control.Apply($"{File}").MustSucceed();
        Assert.Equal(NothingToDo, control.Apply($"{File}").MustSucceed().Stdout);
        Assert.All([5, 7, 8], mark => Assert.Equal("50", control.State().Ipv4.Walk((uint)mark).Table));
        control.Pool("mine").Check(new PoolModel(101, 4).Activate(5, 6));

        control.Nfqlb("reset", "--all").MustSucceed();
        control.State().MustBe(foreign);
        control.Host.Shell("""
            for f in 4 6; do for p in 9000 10005 20000 26006 30000; do ip -$f rule del pref $p; done; done
            ip -4 route flush table 50; ip -6 route flush table 50; ip -4 route flush table 103
            nft flush ruleset; rm /dev/shm/mine
            """);
        control.State().MustBe(before);
    }

    [KernelTheory]
    [InlineData("    M: 997", "    M: x", 12, "pools[0].M", "x")]
    [InlineData("rules: tree", "rules: bush", 1, "rules", "bush")]
    [InlineData("range: \"0:3\"", "range: \"3:0\"", 2, "queues.range", "3:0")]
    [InlineData("203.0.113.0/24", "203.0.113.1/24", 4, "vips[0]", "203.0.113.1/24")]
    [InlineData("slot: 3, mark: 104", "slot: 2, mark: 104", 18, "slot", "2")]
    [InlineData("slot: 3, mark: 104", "slot: 20, mark: 104", 18, "slot", "20")]
    [InlineData("slot: 3, mark: 104", "slot: 3, mark: 0", 18, "mark", "0")]
    [InlineData("10.2.1.3\"", "10.2.1.300\"", 18, "via", "10.2.1.300")]
    [InlineData("10.2.1.3\"", "10.2.1.3\", \"10.2.1.4\"", 18, "via", "10.2.1.4")]
    [InlineData("target: dns", "target: nowhere", 35, "flows[1].target", "nowhere")]
    [InlineData("dports: 53", "dports: 99999", 35, "flows[1].dports", "99999")]
    [InlineData("slot: 3, mark: 900", "slot: 3, mark: 103", 32, "mark", "103")]
    [InlineData("vips:", "vipz:", 3, "vipz", "vipz")]
    public void A_mistake_is_told_with_file_and_line_and_nothing_changes(
        string right, string wrong, int line, string path, string value)
    {
        Begin();
        WantedFile few = File with { Vips = ["192.0.2.1/32"], Pools = [File.Pools[1]], Flows = [] };
        control.Apply($"{few}").MustSucceed();
        KernelState before = control.State();
        string text = $"{File}";
        Assert.Single(text.Split('\n'), each => each.Contains(right));

        CommandResult refused = control.Apply(text.Replace(right, wrong));

        Complaint.Check(refused, $"wanted.yaml:{line}: ", path, value);
        control.State().MustBe(before);
    }

    [KernelFact]
    public void What_the_kernel_would_refuse_is_told_with_file_and_line_and_nothing_changes()
    {
        Begin();
        WantedFile few = File with { Vips = ["192.0.2.1/32"], Pools = [File.Pools[1]], Flows = [] };
        control.Apply($"{few}").MustSucceed();
        KernelState before = control.State();

        CommandResult refused = control.Apply($"{File}".Replace("10.2.1.3\"", "10.99.0.3\""));

        Complaint.Check(refused, "wanted.yaml:18: ", "pools[0].targets[3].via", "10.99.0.3");
        control.State().Essence.MustBe(before.Essence);
        Assert.Equal(NothingToDo, control.Apply($"{few}").MustSucceed().Stdout);
    }

    [KernelFact]
    public void An_export_is_a_file_that_has_nothing_to_do()
    {
        Begin();
        control.Apply($"{File}").MustSucceed();

        foreach (string[] options in (string[][])[[], ["--json"]])
        {
            string export = control.Nfqlb(["export", .. options]).MustSucceed().Stdout;

            Assert.Equal(NothingToDo, control.Apply(export).MustSucceed().Stdout);
            string wanted = control.State().Essence;
            control.Nfqlb("reset", "--all").MustSucceed();
            control.Apply(export).MustSucceed();
            control.State().Essence.MustBe(wanted);
            CheckThatAllIsThere(control.State());
        }
    }

    [KernelFact]
    public void What_was_set_up_by_hand_is_taken_over_by_its_export()
    {
        Begin();
        control.Balancer.CreatePool("web", 997, 10, 101, 102);
        control.Nfqlb("activate", "--shm=web", "--index=7", "103").MustSucceed();
        control.Nfqlb("flow-set", "--name=http", "--target=web", "--protocols=tcp", "--dports=80").MustSucceed();
        control.Host.Shell($"""
            for m in 101 102 103; do
                ip -4 rule add fwmark $m table $m; ip -6 rule add fwmark $m table $m
                ip -4 route add default via {ControlHost.Via4(1, 1)} table $m
                ip -4 route add unreachable default metric 4096 table $m
            done
            ip -6 route add default via {ControlHost.Via6(2, 2)} table 103
            """);

        string export = control.Nfqlb("export").MustSucceed().Stdout;
        control.Apply(export).MustSucceed();

        Assert.Equal(NothingToDo, control.Apply(export).MustSucceed().Stdout);
        Assert.Equal(export, control.Nfqlb("export").MustSucceed().Stdout);
        control.Pool("web").Check(new PoolModel(997, 10).Activate(101, 102).ActivateAt(7, 103));
        KernelState state = control.State();
        Assert.All([101, 102, 103], mark => Assert.Contains(
            state.RoutesOf(mark), route => route.StartsWith($"default via {ControlHost.Via4(1, 1)} ")));
        Assert.Contains(state.RoutesOf(103), route => route.StartsWith($"default via {ControlHost.Via6(2, 2)} "));
        control.Nfqlb("reset", "--all").MustSucceed();
        Assert.All([101, 102, 103], mark => Assert.Equal("101 102 103".Split(' ')[mark - 101],
            control.State().Ipv4.Walk((uint)mark).Table));
        control.Host.Shell("""
            for m in 101 102 103; do
                ip -4 rule del fwmark $m; ip -6 rule del fwmark $m
                ip -4 route flush table $m; ip -6 route flush table $m
            done
            """);
    }

    [KernelFact]
    public void Rules_are_laid_out_as_the_option_says_and_without_it_as_the_file_says()
    {
        Begin();
        WantedFile flat = File with { Rules = "flat" };
        foreach ((WantedFile file, string[] options, bool isTree) in ((WantedFile, string[], bool)[])
            [(File, ["--rules=flat"], false), (File, [], true), (flat, [], false), (flat, ["--rules=tree"], true)])
        {
            string[] dryRun = [.. options, "--dry-run"];
            Assert.NotEqual(NothingToDo, control.Apply($"{file}", dryRun).MustSucceed().Stdout);
            control.Apply($"{file}", options).MustSucceed();

            Assert.Equal(isTree, control.State().Rules4.Contains("goto"));
            Assert.Equal(isTree, control.State().Rules6.Contains("goto"));
            Assert.Equal(NothingToDo, control.Apply($"{file}", options).MustSucceed().Stdout);
            Assert.Contains($"rules: {(isTree ? "tree" : "flat")}", control.Nfqlb("export").MustSucceed().Stdout);
            CheckThatAllIsThere(control.State());
        }
    }

    private string[] Files() => control.Host.Shell("ls /dev/shm").Stdout.Split('\n');

    private void Begin()
    {
        control.StartFlowlb();
        control.Begin();
    }

    private void CheckThatAllIsThere(KernelState state)
    {
        foreach (IpRules rules in (IpRules[])[state.Ipv4, state.Ipv6])
        {
            Assert.All(File.Targets.Keys, mark => Assert.Equal($"{mark}", rules.Walk((uint)mark).Table));
            Assert.Equal(File.Targets.Count, rules.Leads.Count);
        }
        Assert.All(File.Targets.Values, target => Assert.All(target.Via.Split(','),
            via => Assert.Contains(state.RoutesOf(target.Mark), route => route.StartsWith($"default via {via} "))));
        Assert.All(File.Targets.Keys, mark =>
            Assert.Equal(2, state.RoutesOf(mark).Count(route => route.StartsWith("unreachable default"))));
        control.Pool("web").Check(new PoolModel(997, 20).Activate([.. Enumerable.Range(101, 12)]));
        control.Pool("dns").Check(new PoolModel(101, 4).ActivateAt(1, 102).ActivateAt(3, 900));
        Assert.Equal("[\n  \"http\",\n  \"dns\"\n]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
    }
}
