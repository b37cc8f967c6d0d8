using System.Text.Json;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Weights, states, priorities, names and settings of pools: by file, by command, and in listings.</summary>
[BesideOthers]
public sealed class PoolDocumentTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const string Seed = "00112233445566778899aabbccddeeff", NothingToDo = "Nothing to do\n";

    private static string Target(int number, string more) =>
        $"{{name: t{number}, slot: {number}, mark: {101 + number}, via: [\"{ControlHost.Via4(1, number)}\"], {more}}}";

    /// <summary>Of pools of each kind.</summary>
    private static string Document { get; } = $"""
        pools:
          - name: web
            M: 997
            N: 10
            min_active: 2
            when_empty: keep
            targets:
              - {Target(0, "weight: 3")}
              - {Target(1, "state: drain")}
              - {Target(2, "weight: 0, state: down")}
              - {Target(3, "priority: 1")}
          - name: keyed
            M: 997
            N: 4
            identity: name
            seed: "{Seed}"
            targets:
              - {Target(1, "weight: 2")}
              - {Target(3, "weight: 5, priority: 7")}
        """;

    [KernelFact]
    public void What_pools_are_told_comes_back_by_export_and_is_put_right()
    {
        control.Begin();
        control.StartFlowlb();

        control.Apply(Document).MustSucceed();

        CheckPools();
        string status = control.Nfqlb("status").Stdout;
        Assert.Contains($"[web] table {Show("web").GetProperty("checksum")}, generation ", status);
        Assert.Contains(": 2 up, 1 drain, 1 down\n", status);
        string exported = control.Nfqlb("export").MustSucceed().Stdout;
        Assert.Equal(NothingToDo, control.Apply(exported).MustSucceed().Stdout);
        Assert.Equal(NothingToDo, control.Apply(Document).MustSucceed().Stdout);

        // By hand; export tells of it, and apply puts it right in one publication.
        control.Nfqlb("activate", "--shm=web", "--weight=9", "--state=drain", "101").MustSucceed();
        control.Nfqlb("activate", "--shm=keyed", "--priority=2", "--name=t3", "104").MustSucceed();
        Assert.Contains("weight: 9", control.Nfqlb("export").MustSucceed().Stdout);
        long before = control.Pool("web").Generation;
        Assert.Equal("""
            ~ slot 3 of keyed: mark 104 (target keyed/t3): priority 2 -> 7
            ~ slot 0 of web: mark 101 (target web/t0): weight 9 -> 3, state drain -> up
            Made 2 changes: 2 pools

            """, control.Apply(Document).MustSucceed().Stdout);
        Assert.Equal(before + 1, control.Pool("web").Generation);
        CheckPools();

        // On a host where nothing is, the file of the other one makes the same.
        uint checkSum = Show("keyed").GetProperty("checksum").GetUInt32();
        control.Begin();
        control.Apply(exported).MustSucceed();
        CheckPools();
        Assert.Equal(checkSum, Show("keyed").GetProperty("checksum").GetUInt32());
    }

    [KernelFact]
    public void Settings_change_in_place_and_a_refused_change_leaves_all_as_it_was()
    {
        control.Begin();
        control.StartFlowlb();
        control.Apply(Document).MustSucceed();
        long before = control.Pool("web").Generation;

        string told = control.Apply(Document.Replace("min_active: 2", "min_active: 1")).MustSucceed().Stdout;

        Assert.Equal("~ pool web: min_active 2 -> 1\nMade 1 change: 1 pool\n", told);
        Assert.Equal(before + 1, control.Pool("web").Generation);
        Assert.Equal(1, Show("web").GetProperty("min_active").GetInt32());

        // A way that the kernel refuses, behind a change of the pool's weights.
        string bad = Document.Replace("weight: 3", "weight: 8").Replace(ControlHost.Via4(1, 3), "10.99.0.9");
        Assert.NotEqual(0, control.Apply(bad).ExitCode);
        Assert.Equal(3, Weight("web", slot: 0));
    }

    [KernelFact]
    public void Target_set_asks_for_weight_and_state_and_what_is_not_given_stays()
    {
        control.Begin("web");
        control.Nfqlb("activate", "--shm=web", "--index=5", "--weight=4", "--state=drain", "900").MustSucceed();
        control.Nfqlb("activate", "--shm=web", "--index=6", "--weight=6", "107").MustSucceed();

        control.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--weight=3", "--state=drain", "--priority=2").MustSucceed();
        control.Nfqlb("target-set", "--shm=web", "--name=red", "--state=up").MustSucceed();
        control.Nfqlb("target-set", "--shm=web", "--name=old", "--mark=107", $"--via={ControlHost.Via(1, 2)}")
            .MustSucceed();

        Assert.Equal(
            ["0 101 3 up 2", "5 900 4 drain 0", "6 107 6 up 0"],
            Show("web").GetProperty("targets").EnumerateArray().Select(Words));
        string list = control.Nfqlb("target-list", "--json").MustSucceed().Stdout;
        Assert.Equal(
            ["red 3 up 2", "old 6 up 0"],
            JsonDocument.Parse(list).RootElement.EnumerateArray().Select(target =>
                $"{target.GetProperty("name")} {target.GetProperty("weight")} "
                    + $"{target.GetProperty("state")} {target.GetProperty("priority")}"));
        Complaint.Check(control.Nfqlb("target-set", "--shm=web", "--name=red", "--state=off"), "state", "off");
        Complaint.Check(control.Nfqlb("target-set", "--shm=web", "--name=red", "--weight=65536"), "weight", "65536");

        control.Nfqlb("target-delete", "--shm=web", "--name=red", "--name=old").MustSucceed();
        Assert.Equal(["5 900 4 drain 0"], Show("web").GetProperty("targets").EnumerateArray().Select(Words));
    }

    [KernelFact]
    public void A_keyed_pool_of_somebody_else_takes_targets_by_name()
    {
        control.Begin();
        control.Nfqlb("init", "--shm=keyed", "--M=997", "--N=4", "--identity=name", $"--seed={Seed}").MustSucceed();
        control.Nfqlb("activate", "--shm=keyed", "--name=theirs", "--weight=4", "900").MustSucceed();

        control.Nfqlb("target-set", "--shm=keyed", "--name=mine", "--mark=101", $"--via={ControlHost.Via(1, 1)}",
            "--weight=2").MustSucceed();

        Assert.Equal(
            ["theirs 4", "mine 2"],
            Show("keyed").GetProperty("targets").EnumerateArray().Select(target =>
                $"{target.GetProperty("name")} {target.GetProperty("weight")}"));
        CommandResult unnamed = control.Nfqlb(
            "target-set", "--shm=keyed", "--index=3", "--mark=102", $"--via={ControlHost.Via(1, 2)}");
        Assert.NotEqual(0, unnamed.ExitCode);
        Assert.Contains("by name", unnamed.Stderr);
    }

    private void CheckPools()
    {
        JsonElement web = Show("web");
        Assert.Equal(("2", "keep"), ($"{web.GetProperty("min_active")}", $"{web.GetProperty("when_empty")}"));
        Assert.Equal(
            ["0 101 3 up 0", "1 102 1 drain 0", "2 103 0 down 0", "3 104 1 up 1"],
            web.GetProperty("targets").EnumerateArray().Select(Words));
        Assert.Equal(
            ["1 102 2 up 0", "3 104 5 up 7"], Show("keyed").GetProperty("targets").EnumerateArray().Select(Words));
    }

    private int Weight(string pool, int slot) => Show(pool).GetProperty("targets").EnumerateArray()
        .Single(target => target.GetProperty("slot").GetInt32() == slot).GetProperty("weight").GetInt32();

    private JsonElement Show(string pool) => JsonDocument.Parse(
        control.Nfqlb("show", $"--shm={pool}", "--output=json").MustSucceed().Stdout).RootElement;

    private static string Words(JsonElement target) =>
        $"{target.GetProperty("slot")} {target.GetProperty("fwmark")} {target.GetProperty("weight")} "
            + $"{target.GetProperty("state")} {target.GetProperty("priority")}";
}
