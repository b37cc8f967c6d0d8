using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A command that is killed at any of its system calls leaves marks and targets that work, and the next one
/// repairs the rest.</summary>
[BesideOthers]
public sealed class KilledTests(ControlHost control, ITestOutputHelper output) : IClassFixture<ControlHost>
{
    private const int RandomKills = 36;

    private static WantedFile Nothing { get; } = new();

    private static WantedFile One { get; } = new()
    {
        Vips = ["203.0.113.0/24", "2001:db8:99::1/128"],
        EgressTable = 4096,
        Pools =
        [
            new("web", 199, 20, [.. Enumerable.Range(0, 12).Select(i => new WantedTarget(
                i, 101 + i, ControlHost.Via(1, i)))]),
            new("old", 101, 4, [new(0, 300, ControlHost.Via4(1, 99))]),
        ],
        Flows =
        [
            "{name: http, target: web, protocols: tcp, dports: 80}",
            "{name: old, target: old, protocols: tcp, dports: 81}",
        ],
        Links = "{left: {rx-gro: true, rx-udp-gro-forwarding: true}}",
    };

    /// <summary>Some marks stay, some of these by another way, others go and come; a pool changes its size.</summary>
    private static WantedFile Other { get; } = new()
    {
        Vips = ["203.0.113.0/24", "198.51.100.7/32"],
        EgressTable = 4097,
        Queues = "{range: \"0:1\"}",
        Pools =
        [
            new("new", 101, 4, [new(0, 400, ControlHost.Via6(2, 98))]),
            new("web", 251, 30, [.. Enumerable.Range(0, 20).Select(i => new WantedTarget(
                i, 107 + i, ControlHost.Via(i < 3 ? 2 : 1, i + 6)))]),
        ],
        Flows =
        [
            "{name: http, target: web, protocols: tcp, dports: [80, 443]}",
            "{name: new, target: new, protocols: tcp, dports: 82}",
        ],
        Links = "{left: {rx-gro: false}, right: {rx-udp-gro-forwarding: true}}",
    };

    /// <summary>Side by side, as most of the time is strace's.</summary>
    [KernelFact]
    public Task At_every_call() => Task.WhenAll(
        KillAtEveryCall(Nothing, One), KillAtEveryCall(One, Other), KillAtEveryCall(One, Nothing));

    [KernelFact]
    public void At_a_random_time()
    {
        var apply = new KilledApply(control, One, Other, output);
        apply.Begin();
        string[] files = [control.WriteFile("one.yaml", $"{One}"), control.WriteFile("other.yaml", $"{Other}")];
        apply.Apply(files[0]);
        string wanted = control.State().Essence;
        var random = new Random(Seed: 4711);
        int killed = 0;
        for (int i = 1; i <= RandomKills; i++)
        {
            string seconds = $"0.{random.Next(6_000, 40_000):d6}";
            CommandResult result = control.Host.Run(
                "timeout", "-s", "KILL", seconds, Executables.Nfqlb, "apply", "-f", files[i % 2]);
            Assert.Contains(result.ExitCode, (int[])[0, 137]);
            killed += result.ExitCode == 137 ? 1 : 0;
            apply.CheckThatWhatIsInUseWorks(
                control.State(), control.Nfqlb("flow-list").MustSucceed().Stdout, $"kill {i} after {seconds} s");
        }
        output.WriteLine($"{killed} of {RandomKills} were killed in time");
        apply.Apply(files[0]);
        Assert.Equal("Nothing to do\n", apply.Apply(files[0]));
        control.State().Essence.MustBe(wanted);
    }

    private Task KillAtEveryCall(WantedFile from, WantedFile to) => Task.Factory.StartNew(
        () =>
        {
            using var host = new ControlHost();
            new KilledApply(host, from, to, output).KillAtEveryCall();
        },
        TaskCreationOptions.LongRunning);
}
