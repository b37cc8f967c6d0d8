namespace Nfqlb.EndToEnd.Lab;

/// <summary>The laboratory itself, without the product: what it promises to the other tests.</summary>
[BesideOthers]
public sealed class TestbedTests
{
    [KernelFact]
    public void What_happens_in_a_sandbox_is_not_seen_outside_and_ends_with_it()
    {
        BackgroundProcess sleeper;
        string segment = $"nfqlb-e2e-{Environment.ProcessId}";
        using (var sandbox = new Sandbox())
        {
            sandbox.AddNetworkNamespace("inner").Shell($"touch /dev/shm/{segment}");
            sleeper = sandbox.First.Start("sleep", "60");
            Eventually.True(() => sandbox.Processes().Contains("sleep 60"), "the sleeper");
            Assert.Contains(segment, sandbox.First.Run("ls", "/dev/shm").Stdout);
            Assert.False(File.Exists($"/dev/shm/{segment}"));
            Assert.False(File.Exists("/run/netns/inner"));
        }
        Assert.True(sleeper.HasEnded);
    }

    [KernelFact]
    public void A_process_that_a_test_forgets_makes_the_test_fail()
    {
        var sandbox = new Sandbox();
        sandbox.First.Shell("sleep 60 </dev/null >/dev/null 2>&1 &");
        Eventually.True(() => sandbox.Processes().Contains("sleep 60"), "the sleeper, once it is no shell any more");

        var complaint = Assert.Throws<InvalidOperationException>(sandbox.Dispose);

        Assert.Contains("still running: sleep 60", complaint.Message);
    }

    [KernelFact]
    public void A_background_process_that_ends_badly_unseen_makes_the_test_fail()
    {
        var sandbox = new Sandbox();
        BackgroundProcess process = sandbox.First.Start("sh", "-c", "kill -SEGV $$");
        Eventually.True(() => process.HasEnded, "its end");

        var complaint = Assert.Throws<InvalidOperationException>(sandbox.Dispose);

        Assert.Contains("exit 139", complaint.Message);
    }

    [KernelFact]
    public void A_mark_leads_to_its_target_in_both_families_and_an_unknown_mark_nowhere()
    {
        using var testbed = new Testbed(targetCount: 3);
        NetworkNamespace balancer = testbed.Balancer.Host;
        foreach (string address in Testbed.VirtualAddresses)
        {
            foreach (Target target in testbed.Targets)
            {
                CommandResult route = balancer.Run("ip", "route", "get", address, "mark", $"{target.Mark}");
                Assert.Contains($"dev {target.Host.Name} ", route.MustSucceed().Stdout);
                // Lose the way to the target, and the packet must end there instead of leaving by another way.
                string family = Testbed.IsIPv6(address) ? "-6" : "-4";
                balancer.Shell($"ip {family} route del default dev {target.Host.Name} table {target.Mark}");
                CommandResult lost = balancer.Run("ip", "route", "get", address, "mark", $"{target.Mark}");
                Assert.NotEqual(0, lost.ExitCode);
                int link = target.Mark - testbed.Targets[0].Mark + 1;
                string gateway = Testbed.IsIPv6(address) ? $"2001:db8:{link:x}::2" : $"192.0.2.{4 * link + 2}";
                balancer.Shell($"ip {family} route add default via {gateway} table {target.Mark}");
            }
        }
        Assert.NotEqual(0, balancer.Run("ip", "route", "get", "203.0.113.1", "mark", "77").ExitCode);
    }

    [KernelFact]
    public void Every_host_reaches_the_virtual_address_that_marks_lead_it_to()
    {
        using var testbed = new Testbed(targetCount: 2);
        testbed.LetTargetsAnswer();
        testbed.Balancer.Host.Shell($"""
            iptables -t mangle -F PREROUTING; ip6tables -t mangle -F PREROUTING
            iptables -t mangle -A PREROUTING -d 203.0.113.1 -j MARK --set-mark {testbed.Targets[0].Mark}
            ip6tables -t mangle -A PREROUTING -d 2001:db8:99::1 -j MARK --set-mark {testbed.Targets[1].Mark}
            """);
        testbed.Targets[0].Host.Shell("iptables -A INPUT -p udp -d 203.0.113.1");
        testbed.Targets[1].Host.Shell("ip6tables -A INPUT -p udp -d 2001:db8:99::1");

        testbed.Client.Shell("""
            for i in 1 2 3; do echo > /dev/udp/203.0.113.1/9; echo > /dev/udp/2001:db8:99::1/9; done
            """);

        Eventually.True(() => Counter(testbed.Targets[0].Host, "iptables").StartsWith("3 "), "3 packets counted");
        Eventually.True(() => Counter(testbed.Targets[1].Host, "ip6tables").StartsWith("3 "), "3 packets counted");
    }

    private static string Counter(NetworkNamespace host, string tables) =>
        host.Shell($"{tables} -L INPUT -v -x -n | tail -1").Stdout.TrimStart();
}
