using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Commands that run at the same time exclude each other: what all of them asked for is there at the end.
/// </summary>
[BesideOthers]
public sealed class ConcurrentCommandsTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const int Many = 10;

    [KernelFact]
    public void Targets_and_addresses_set_at_the_same_time_are_all_there()
    {
        control.Begin("web");
        Assert.All(RunAtOnce(i => i % 2 == 0
            ? $"target-set --shm=web --name=t{i} --mark={101 + i} --via={ControlHost.Via(1, i)}"
            : $"vip-set --vips=203.0.113.{i},2001:db8:99::{i:x} --egress-table=4096"), result => result.MustSucceed());

        KernelState state = control.State();
        int[] marks = [.. Enumerable.Range(0, Many).Where(i => i % 2 == 0).Select(i => 101 + i)];
        Assert.All(marks, mark => Assert.Equal(($"{mark}", $"{mark}"),
            (state.Ipv4.Walk((uint)mark).Table, state.Ipv6.Walk((uint)mark).Table)));
        Assert.All(marks, mark => Assert.Equal(4, state.RoutesOf(mark).Count));
        Assert.Equal(marks, control.Pool("web").Marks.Where(mark => mark >= 0).Order());
        Assert.All(Enumerable.Range(0, Many).Where(i => i % 2 == 1), i =>
        {
            Assert.Contains($"203.0.113.{i}", state.Nftables);
            Assert.Contains($"from 2001:db8:99::{i:x} lookup 4096", state.Rules6);
        });
        Assert.Equal("Nothing to do\n", control.Apply(control.Nfqlb("export").MustSucceed().Stdout).Stdout);
    }

    [KernelFact]
    public void Of_different_files_applied_at_the_same_time_one_is_in_force()
    {
        control.Begin();
        control.StartFlowlb();
        WantedFile[] files = [.. Enumerable.Range(0, Many).Select(i => new WantedFile
        {
            Rules = i % 3 == 0 ? "flat" : "tree",
            Vips = [$"203.0.113.{i}/32"],
            EgressTable = 4000 + i,
            Pools = [new($"pool-{i % 4}", 101 + 50 * (i % 2), 30, [.. Enumerable.Range(0, 5 + i).Select(j =>
                new WantedTarget(j, 1000 + 10 * i + j, ControlHost.Via(1 + i % 2, 20 * i + j)))])],
            Flows = [$"{{name: flow-{i % 5}, target: pool-{i % 4}, protocols: tcp, dports: {80 + i}}}"],
        })];
        string[] paths = [.. files.Select((file, i) => control.WriteFile($"{i}.yaml", $"{file}"))];

        RunAtOnce(i => $"apply -f {paths[i]}").ToList().ForEach(result => result.MustSucceed());

        KernelState state = control.State();
        int[] inForce = [.. Enumerable.Range(0, Many).Where(i =>
            control.Nfqlb("apply", "--dry-run", "-f", paths[i]).MustSucceed().Stdout == "Nothing to do\n")];
        WantedFile winner = files[Assert.Single(inForce)];
        Assert.Equal(winner.Targets.Keys.Order(), state.Ipv4.Leads.Select(lead => (int)lead.Mark).Order());
        Assert.Equal(state.Ipv4.Leads, state.Ipv6.Leads);
        Assert.Equal(4 * winner.Targets.Count, winner.Targets.Keys.Sum(mark => state.RoutesOf(mark).Count));
        Assert.Equal([winner.Pools[0].Name], state.Files.Where(file => file.StartsWith("pool-")));
        control.Pool(winner.Pools[0].Name).Check(
            new PoolModel(winner.Pools[0].M, 30).Activate([.. winner.Targets.Keys]));
        control.Nfqlb("reset", "--all").MustSucceed();
        Assert.DoesNotContain("proto 78", control.State().Essence);
    }

    private IReadOnlyList<CommandResult> RunAtOnce(Func<int, string> command)
    {
        BackgroundProcess[] processes = [.. Enumerable.Range(0, Many)
            .Select(i => control.Host.Start([Executables.Nfqlb, .. command(i).Split(' ')]))];
        return [.. processes.Select(process => process.WaitForEnd())];
    }
}
