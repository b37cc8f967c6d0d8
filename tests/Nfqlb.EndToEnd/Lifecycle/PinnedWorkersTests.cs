using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>`--cpus` puts each queue's thread on a CPU, and no other thread.</summary>
[BesideOthers]
public sealed class PinnedWorkersTests
{
    private static string Online => File.ReadAllText("/sys/devices/system/cpu/online").Trim();

    /// <summary>The last CPU of this machine, which is its only one on the smallest.</summary>
    private static int Last => int.Parse(Online.Split(',', '-')[^1]);

    [KernelFact]
    public void Threads_take_the_CPUs_in_turn()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        BackgroundProcess flowlb = balancer.StartFlowlb("0:2", $"--cpus={Last},0");

        AwaitPinned(flowlb, $"{Last}", "0", $"{Last}");
        Assert.Equal(Online, AllowedCpus(flowlb, $"{flowlb.Id}"));
    }

    [KernelFact]
    public void Whoever_takes_over_goes_by_its_own_option()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.StartFlowlb("0:1", "--cpus=0");
        BackgroundProcess successor = balancer.StartFlowlb("0:1", "--takeover", $"--cpus={Last}");

        AwaitPinned(successor, $"{Last}", $"{Last}");
    }

    [KernelTheory]
    [InlineData("8191", "there is no CPU 8191, only ")]
    [InlineData("0-", "\"0-\" is no CPU, and no range such as 0-3")]
    public void A_CPU_that_is_not_there_is_refused(string cpus, string reason)
    {
        using var sandbox = new Sandbox();
        CommandResult result = new Balancer(sandbox.First).Nfqlb("flowlb", "--queue=0", $"--cpus={cpus}");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"Invalid --cpus [{cpus}]: {reason}", result.Stderr);
    }

    [KernelFact]
    public void A_CPU_that_is_not_allowed_is_refused()
    {
        if (Last == 0)
        {
            return; // of one CPU none can be forbidden
        }
        using var sandbox = new Sandbox();
        CommandResult result = sandbox.First.Run(
            "taskset", "-c", "0", Executables.Nfqlb, "flowlb", "--queue=0", $"--cpus={Last}");

        Assert.Equal(
            (1, $"Invalid --cpus [{Last}]: CPU {Last} is not allowed to this process, only 0\n"),
            (result.ExitCode, result.Stderr));
    }

    [KernelFact]
    public void The_layout_of_a_link_is_told_and_can_be_pasted()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.Host.Shell("mount -t sysfs none /sys; ip link add wire numrxqueues 2 type veth peer name wire-end");
        string unknown = balancer.Nfqlb("queue-layout", "--dev=wire").MustSucceed().Stdout;
        Assert.Contains("rx-1   -          -     -             -", unknown);
        Assert.Contains("# rx-0: neither an interrupt of wire nor packet steering (rps_cpus) tells its CPU", unknown);
        Assert.EndsWith("nfqlb vip-set --vips=VIPS --queue=0:1 --fanout=no\n", unknown);

        string yaml = balancer.Nfqlb("queue-layout", "--dev=wire", "--output=yaml").MustSucceed().Stdout;
        Assert.Contains("receive_queues:\n  - queue: 0\n", yaml);
        Assert.Contains("nfqlb vip-set --vips=VIPS --queue=0:1 --fanout=no", yaml);

        CommandResult none = balancer.Nfqlb("queue-layout", "--dev=nowhere");
        Assert.Equal((2, "Invalid --dev [nowhere]: there is no such link\n"), (none.ExitCode, none.Stderr));
    }

    /// <summary>On a machine with one CPU every thread looks pinned.</summary>
    private static void AwaitPinned(BackgroundProcess flowlb, params string[] cpus)
    {
        string[] Pinned() =>
        [
            .. Directory.GetDirectories($"/proc/{flowlb.Id}/task")
                .Select(path => AllowedCpus(flowlb, Path.GetFileName(path))).Where(list => list != Online).Order(),
        ];
        string[] wanted = [.. cpus.Where(cpu => cpu != Online).Order()];
        Eventually.True(() => Pinned().SequenceEqual(wanted), $"threads on CPUs {string.Join(' ', cpus)}");
    }

    private static string AllowedCpus(BackgroundProcess flowlb, string thread) =>
        File.ReadLines($"/proc/{flowlb.Id}/task/{thread}/status")
            .Single(line => line.StartsWith("Cpus_allowed_list:")).Split('\t')[1];
}
