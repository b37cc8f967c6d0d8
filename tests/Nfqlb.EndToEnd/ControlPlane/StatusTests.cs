using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>`status` on a host that works, and on one that is broken in one place after the other.</summary>
[BesideOthers]
public sealed class StatusTests
{
    [KernelFact]
    public void A_host_that_works_is_well_and_is_called_so()
    {
        using var host = new AppliedHost();
        CommandResult status = host.Nfqlb("status");
        Assert.True(status.ExitCode == 0 && status.Stderr.Length == 0, $"{status}");
        Assert.DoesNotContain("bad ", status.Stdout);
        Assert.Contains("0:3 read by nfqlb (pid", status.Stdout);
        Assert.Contains("2 of 2 can be reached", status.Stdout);
        Assert.Contains("2 queued to 0:3 by ", status.Stdout);
        Assert.EndsWith("All is well\n", status.Stdout);
    }

    [KernelFact]
    public void Where_UDP_is_balanced_it_says_how_bulk_UDP_gets_cheaper_and_is_well_all_the_same()
    {
        using var host = new AppliedHost();
        Assert.DoesNotContain("UDP packet by itself", host.Nfqlb("status").Stdout);
        host.Nfqlb("flow-set", "--name=bulk", "--target=web", "--protocols=udp").MustSucceed();

        JsonElement status = host.Json(0, "status");

        Assert.True(status.GetProperty("is_fine").GetBoolean());
        string[] hints = [.. status.GetProperty("findings").EnumerateArray()
            .Where(finding => Text(finding, "severity") == "hint").Select(finding => $"{Text(finding, "remedy")}")];
        Assert.NotEmpty(hints);
        Assert.All(hints, hint => Assert.Matches("^ethtool -K [a-z-]+ gro on rx-udp-gro-forwarding on$", hint));
    }

    public static TheoryData<string, string, string, string?> Faults => new()
    {
        { "ip -4 rule del fwmark 101", "targets", "web/red (mark 101): 192.0.2.6 on red: no rule", Again },
        { "ip route del default via 192.0.2.6 table 101", "targets", "web/red (mark 101): 192.0.2.6: no route", Again },
        {
            "ip route replace blackhole default table 101", "targets", "web/red (mark 101): 192.0.2.6: no route",
            $"ip -4 route del blackhole default table 101 protocol 3 && {Again}"
        },
        { "ip route flush table 102", "targets", "web/blue (mark 102): 192.0.2.10: no route, leaks", Again },
        {
            "ip neighbour replace 192.0.2.10 dev blue nud failed", "targets",
            "web/blue (mark 102): 192.0.2.10 on blue: no neighbour", null
        },
        {
            "ip route add 203.0.113.1/32 via 192.0.2.10 table 101", "ways",
            "IPv4, web/red mark 101: route: it goes to 192.0.2.10, and the target is at 192.0.2.6",
            "ip -4 route del 203.0.113.1/32 via 192.0.2.10 table 101 protocol 3 dev blue"
        },
        { "ip link set red down", "links", "red is down", "ip link set red up" },
        { "ip link set red-end down", "links", "red is up, and nothing is at its other end", null },
        {
            "nft delete table inet nfqlb", "vips", "203.0.113.1/32 is not queued",
            "nfqlb vip-set --vips=203.0.113.1/32"
        },
        {
            "rm /dev/shm/web", "pools", "[web] there is no such pool: the balancer goes on with the memory that it had "
                + "of it, and its 2 targets, until it ends; no command reaches that", Again
        },
        { "echo no pool > /dev/shm/web", "pools", "[web] not a pool: only 8 bytes", $"rm /dev/shm/web && {Again}" },
        {
            "echo 0 > /proc/sys/net/ipv4/ip_forward", "sysctls",
            "net.ipv4.ip_forward = 0: no packet is forwarded to a target", "sysctl -w net.ipv4.ip_forward=1"
        },
        {
            "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding", "sysctls",
            "net.ipv6.conf.all.forwarding = 0: no packet is forwarded to a target",
            "sysctl -w net.ipv6.conf.all.forwarding=1"
        },
    };

    private const string Again = "nfqlb apply --again";

    [KernelTheory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_with_what_mends_it(string fault, string area, string what, string? remedy)
    {
        using var host = new AppliedHost();
        host.Shell(fault);

        JsonElement status = host.Json(3, "status");

        Assert.False(status.GetProperty("is_fine").GetBoolean());
        Assert.Contains(
            status.GetProperty("findings").EnumerateArray().Where(IsBad).ToList(),
            finding => Text(finding, "area") == area && Text(finding, "what") == what
                && Text(finding, "remedy") == remedy);
        Mend(host, fault, remedy);
    }

    // Ends with a status that is well again: the remedy was the right one.
    private static void Mend(AppliedHost host, string fault, string? remedy)
    {
        if (remedy is null)
        {
            return;
        }
        host.Shell($"nfqlb() {{ {Executables.Nfqlb} \"$@\" >&2; }}\n{remedy}");
        if (fault.Contains("link set"))
        {
            host.Apply(); // the kernel does not bring routes back
            host.Shell(AppliedHost.Neighbours); // as the link came back, they have to answer
        }
        host.Json(0, "status");
    }

    /// <summary>As in a container that shares the network alone: what is done to pools there nobody reads.</summary>
    [KernelFact]
    public void A_balancer_with_another_shared_memory_is_found()
    {
        using var host = new AppliedHost();
        CommandResult status = host.Balancer.Host.Run("unshare", "--mount", "sh", "-c", $"""
            mount -t tmpfs tmpfs /dev/shm
            {Executables.Nfqlb} init --shm=web --M=997 --N=10
            {Executables.Nfqlb} activate --shm=web 101
            {Executables.Nfqlb} status
            """);
        Assert.Equal(3, status.ExitCode);
        Assert.Contains("[web] the balancer has other targets in it than stand here", status.Stdout);
        Assert.Contains("-> nfqlb flowlb --queue=0:3 --takeover", status.Stdout);
        host.Json(0, "status");
    }

    [KernelFact]
    public void Without_a_balancer_it_says_how_to_start_one()
    {
        using var host = new AppliedHost();
        host.Flowlb.Stop();
        string[] bad = [.. host.Json(3, "status").GetProperty("findings").EnumerateArray().Where(IsBad)
            .Select(finding => $"{Text(finding, "what")} -> {Text(finding, "remedy")}")];
        Assert.Equal(
            [
                "no balancer answers at [unix:nfqlb] -> nfqlb flowlb --queue=0:3",
                "nobody reads 0:3 of 0:3: packets are dropped -> nfqlb flowlb --queue=0:3",
            ],
            bad);
    }

    [KernelFact]
    public void A_balancer_that_takes_no_commands_is_no_fault()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.CreatePool("web", 997, 10, 101);
        balancer.StartLb("0:3", "--tshm=web");

        string status = balancer.Nfqlb("status").Stdout;

        Assert.Matches(@"ok +process +nfqlb \(pid \d+\) reads queues and takes no commands at \[unix:nfqlb\]", status);
        Assert.DoesNotContain("no balancer answers", status);
    }

    [KernelFact]
    public void A_link_that_is_gone_is_told_and_the_rest_goes_on()
    {
        using var host = new AppliedHost();
        File.WriteAllText(host.PathInSharedMemory("wanted.yaml"), AppliedHost.Document
            .Replace("name: red, mark: 101", "name: red, mark: 101, dev: red"));
        host.Apply();
        host.Shell("ip link del red");
        const string Waits = "Target [web/red] waits for its link [red], which is gone";

        foreach (string[] option in (string[][])[[], ["--dry-run"]])
        {
            CommandResult applied =
                host.Nfqlb(["apply", "--file=/dev/shm/wanted.yaml", .. option]).MustSucceed();
            Assert.Equal("Nothing to do\n", applied.Stdout);
            Assert.Contains(Waits, applied.Stderr);
        }
        Assert.Contains(
            host.Json(3, "status").GetProperty("findings").EnumerateArray().Where(IsBad).ToList(),
            finding => Text(finding, "what") == "there is no link [red], by which a target is asked for");
    }

    [KernelFact]
    public void A_balancer_of_other_queues_is_found()
    {
        using var host = new AppliedHost();
        host.Flowlb.Stop();
        host.Balancer.StartFlowlb("2:5");
        host.Apply();
        Assert.Contains(
            host.Json(3, "status").GetProperty("findings").EnumerateArray().Where(IsBad).ToList(),
            finding => Text(finding, "what") == "nobody reads 0:1 of 0:3: packets are dropped");
    }

    [KernelFact]
    public void Another_user_is_told_what_he_may_not_see()
    {
        using var host = new AppliedHost();
        CommandResult status = host.Balancer.Host.Run(
            "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", Executables.Nfqlb, "status");
        Assert.Equal("", status.Stderr);
        Assert.Contains("Permission denied: ask as root", status.Stdout);
        Assert.Contains("answers at [unix:nfqlb]", status.Stdout);
        Assert.DoesNotContain("bad ", status.Stdout);
    }

    [KernelFact]
    public void On_a_host_that_others_look_after_the_balancer_alone_is_judged()
    {
        using var testbed = new Testbed(targetCount: 1);
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Targets[0].Mark);
        testbed.Balancer.StartFlowlb("0:3");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        CommandResult status = testbed.Balancer.Nfqlb("status");
        Assert.True(status.ExitCode == 0, $"{status}");
        Assert.Contains("rules and routes are the work of others", status.Stdout);
    }

    private static bool IsBad(JsonElement finding) => Text(finding, "severity") == "bad";

    private static string? Text(JsonElement finding, string name) => finding.GetProperty(name).GetString();
}
