using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>Takeovers that fail when the old balancer has stopped reading, or does not stop: nothing is lost, and every
/// packet goes where it belongs.</summary>
[BesideOthers]
public sealed class FailedTakeoverTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1", Directory = "/dev/shm/small";
    private const int PacketsPerSecond = 1_000;

    /// <summary>For perl: takes over up to some point, and then hangs.</summary>
    private const string HangingBalancer = """
        $| = 1;
        socket(my $old, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
        connect($old, pack("S a*", AF_UNIX, "\0nfqlb")) or die "connect: $!";
        sub hear {
            my ($count) = @_;
            my $bytes = "";
            while (length $bytes < $count) {
                sysread($old, $bytes, $count - length $bytes, length $bytes) or die "the old one has closed";
            }
            return $bytes;
        }
        sub hear_text { return hear(unpack("V", hear(4))); }
        syswrite($old, "action:takeover\nqueues:0:3\neoc:\n");
        hear_text() for 1 .. 3;
        hear(1) for 1 .. 5; # with a descriptor each, which are dropped
        syswrite($old, pack("V", 5) . "ready");
        die unless hear_text() eq "yours";
        print "hangs\n";
        sleep 60;
        """;

    [KernelFact]
    public void One_that_hangs_when_the_queues_are_its_own_is_killed() => Run(testbed =>
    {
        BackgroundProcess old = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();

        long lost = SendAndCountLost(testbed, () =>
        {
            CommandResult hung = testbed.Balancer.Host
                .Start("perl", "-MSocket", "-e", HangingBalancer).WaitForEnd(TimeSpan.FromSeconds(30));
            Assert.Equal((128 + 9, "hangs\n"), (hung.ExitCode, hung.Stdout));
            testbed.Balancer.Nfqlb("flow-list").MustSucceed();
        });

        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
        Assert.Contains("hung and was killed", old.Stop().Stderr);
    });

    [KernelFact]
    public void One_that_dies_with_packets_in_its_hands_leaves_none_to_a_wrong_target() => Run(testbed =>
    {
        BackgroundProcess old = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();

        var dying = new DyingBalancer(testbed.Balancer.Host);
        long lost = SendAndCountLost(testbed, () =>
        {
            for (int i = 0; i < 5; i++)
            {
                dying.TakeOver();
                testbed.Balancer.Nfqlb("flow-list").MustSucceed();
            }
        });

        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
        CheckStatisticsAreShownBy(old);
        Assert.Contains("this balancer goes on", old.Stop().Stderr);
    });

    [KernelFact]
    public void A_worker_that_does_not_stop_ends_its_process_before_another_one_reads() => Run(testbed =>
    {
        Compile(testbed, "slow", """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <sys/socket.h>
            #include <unistd.h>

            ssize_t send(int fd, const void *bytes, size_t length, int flags)
            {
                static ssize_t (*real)(int, const void *, size_t, int);
                const unsigned char *at = bytes;
                while (length >= 16 && at[5] == 3 && (at[4] == 1 || at[4] == 3) && !access("/dev/shm/hang", F_OK))
                    usleep(1000);
                if (!real)
                    *(void **)&real = dlsym(RTLD_NEXT, "send");
                return real(fd, bytes, length, flags);
            }
            """);
        BackgroundProcess old = Balancer.WaitUntilReady(
            testbed.Balancer.Host.Start(
                "env", "LD_PRELOAD=/dev/shm/slow.so", Executables.Nfqlb, "flowlb", "--queue=0:3",
                RuleSet.LongQueues),
            "0:3");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();

        long lost = SendAndCountLost(testbed, () =>
        {
            testbed.Balancer.Host.Shell("touch /dev/shm/hang; sleep 0.2");
            BackgroundProcess next = testbed.Balancer.Host.Start(
                Executables.Nfqlb, "flowlb", "--queue=0:3", RuleSet.LongQueues, "--takeover");
            Eventually.True(
                () => next.Stderr.Contains("taken over", StringComparison.Ordinal), "a takeover",
                TimeSpan.FromSeconds(20));
            // Were the old one still there, it would answer now what the new one has been given too.
            testbed.Balancer.Host.Shell("rm /dev/shm/hang");
        });

        CommandResult end = old.WaitForEnd();
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("a worker does not stop", end.Stderr);
        Assert.Equal(0, lost);
    });

    [KernelFact]
    public void One_that_cannot_keep_its_flows_fails_and_the_old_one_keeps_its_own() => Run(testbed =>
    {
        BackgroundProcess old = StartWithFullState(testbed);

        long lost = SendAndCountLost(testbed, () =>
        {
            CommandResult next = testbed.Balancer.Nfqlb(
                "flowlb", "--queue=0:3", "--takeover", $"--state={Directory}");
            Assert.Equal(1, next.ExitCode);
            Assert.Contains("--state", next.Stderr);
            CheckStatisticsAreShownBy(old);
        });

        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
        Assert.DoesNotContain("flows are not kept", old.Stop().Stderr);
    });

    [KernelFact]
    public void An_old_one_that_cannot_keep_its_flows_any_more_reads_on() => Run(testbed =>
    {
        BackgroundProcess old = StartWithFullState(testbed);

        var dying = new DyingBalancer(testbed.Balancer.Host);
        long lost = SendAndCountLost(testbed, () =>
        {
            dying.TakeOver();
            CommandResult change = testbed.Balancer.Nfqlb("flow-set", "--name=more", $"--target={Pool}");
            Assert.Equal(255, change.ExitCode);
            Assert.Contains("cannot be kept", change.Stdout + change.Stderr);
        });

        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
        testbed.Balancer.Host.Shell($"rm {Directory}/rest");
        testbed.Balancer.Nfqlb("flow-set", "--name=more", $"--target={Pool}").MustSucceed();
        Assert.Contains("flows are not kept", old.Stop().Stderr);
    });

    [KernelFact]
    public void What_lies_in_a_directory_that_the_old_one_does_not_use_is_set_aside() => Run(testbed =>
    {
        testbed.Balancer.StartFlowlb("0:3");
        testbed.Balancer.Host.Shell($"mkdir {Directory}; echo precious > {Directory}/flows");

        BackgroundProcess next = testbed.Balancer.Host.Start(
            Executables.Nfqlb, "flowlb", "--queue=0:3", "--takeover", $"--state={Directory}");
        Eventually.True(() => next.Stderr.Contains("taken over", StringComparison.Ordinal), "a takeover");

        Assert.Contains("flows.set-aside-", next.Stderr);
        Assert.Equal("precious\n", testbed.Balancer.Host.Run("sh", "-c", $"cat {Directory}/flows.set-aside-*").Stdout);
    });

    /// <summary>Sends while the action goes on, and for as long as packets may have waited.</summary>
    private long SendAndCountLost(Testbed testbed, Action action)
    {
        const int Packets = 7 * PacketsPerSecond; // until after what takes longest, 5 s
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = new Injection("both", "1-65535", 500)
            .StartSending(testbed.Client, Packets, PacketsPerSecond);
        action();
        double rate = Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), Packets);
        Eventually.True(
            () => testbed.Balancer.Host.Run("cat", "/proc/net/netfilter/nfnetlink_queue").MustSucceed().Stdout
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(QueueStatus.Parse)
                .Sum(queue => queue.Waiting) == 0,
            "a verdict for every packet");
        output.WriteLine($"{Packets} packets sent, {rate:f0} a second");
        Arrivals arrivals = captures.Stop();
        Assert.Empty(arrivals.ByTarget[0].PacketsByFlow.Keys.Intersect(arrivals.ByTarget[1].PacketsByFlow.Keys));
        return Packets - arrivals.Total;
    }

    /// <summary>One that keeps its flows where there is no room for another file.</summary>
    private static BackgroundProcess StartWithFullState(Testbed testbed)
    {
        testbed.Balancer.Host.Shell($"mkdir {Directory}; mount -t tmpfs -o size=64k,mode=700 small {Directory}");
        BackgroundProcess old = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, $"--state={Directory}");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        testbed.Balancer.Host.Shell($"dd if=/dev/zero of={Directory}/rest bs=4k 2>/dev/null || true");
        return old;
    }

    /// <summary>What `stats` reads is what this process writes, and not memory without a name.</summary>
    private static void CheckStatisticsAreShownBy(BackgroundProcess flowlb) => Eventually.True(
        () => File.ReadLines($"/proc/{flowlb.Id}/maps").Where(line => line.Contains("/dev/shm/"))
            .Any(line => line.EndsWith("/dev/shm/ftshm", StringComparison.Ordinal)),
        "the segment of the statistics");

    private static void Compile(Testbed testbed, string name, string source) => testbed.Balancer.Host.Shell($"""
        gcc -shared -fPIC -o /dev/shm/{name}.so -x c - <<'end'
        {source}
        end
        """);

    private void Run(Action<Testbed> test) => UndisturbedTestbed.Run(2, output, testbed =>
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        test(testbed);
    });
}
