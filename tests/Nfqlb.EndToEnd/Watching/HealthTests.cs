using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Health is true when the balancer works, and false when a worker or a queue does not.</summary>
[BesideOthers]
public sealed class HealthTests : IDisposable
{
    // Stands in for a worker that hangs, or whose queue somebody has closed, once the file is there.
    private const string BrokenReceive = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
        {
            static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
            if (!access("/dev/shm/queue-closed", F_OK))
                dup2(socket(AF_UNIX, SOCK_DGRAM, 0), fd);
            while (!access("/dev/shm/queue-closed", F_OK) || !access("/dev/shm/receive-hangs", F_OK))
                sleep(1);
            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "recvmmsg");
            return real(fd, messages, count, flags, timeout);
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public HealthTests() => _balancer = new Balancer(_sandbox.First);

    private string Http => _sandbox.PathInSharedMemory("http");

    [KernelFact]
    public void A_balancer_without_flows_is_healthy_and_ready()
    {
        _balancer.StartFlowlb("5", "--http=unix:/dev/shm/http");
        HttpView.WaitUntilReady(Http);
        Assert.Equal("ok\n", HttpView.Get(Http, "/healthz"));
    }

    [KernelFact]
    public void A_worker_that_hangs_is_told_of_everywhere_and_a_takeover_mends_it()
    {
        BackgroundProcess flowlb = StartBreakable();
        _sandbox.First.Shell("""
            touch /dev/shm/receive-hangs
            echo > /dev/udp/127.0.0.9/9
            sleep 0.3
            echo > /dev/udp/127.0.0.9/9
            """);

        const string fault = "queue 5 makes no progress though packets wait";
        Eventually.True(() => HttpView.Ask(Http, "/healthz").Status == 503, "unhealthy", Patience);
        Assert.Equal($"{fault}\n", HttpView.Ask(Http, "/healthz").Text);
        Assert.Equal((503, $"{fault}\n"), Page("/readyz"));
        var metrics = new MetricsText(HttpView.Get(Http, "/metrics"));
        Assert.Equal((0, 0), (metrics["nfqlb_healthy"], metrics["nfqlb_ready"]));
        Assert.Equal(1, metrics["nfqlb_queue_stuck{queue=\"5\"}"]);
        CheckStatus(fault);

        BackgroundProcess next = _sandbox.First.Start(
            Executables.Nfqlb, "flowlb", "--queue=5", "--http=unix:/dev/shm/http", "--takeover");
        flowlb.WaitUntil(() => flowlb.HasEnded, "the old one's end", Patience);
        flowlb.WaitForEnd();
        next.WaitUntil(() => IsServed() && Page("/readyz") == (200, "ok\n"), "ready", Patience);
        next.WaitUntil(() => Balancer.Queues(next).All(queue => queue.Waiting <= 1), "packets answered", Patience);
    }

    [KernelFact]
    public void A_queue_that_is_not_bound_any_more_is_told_of()
    {
        BackgroundProcess flowlb = StartBreakable();
        _sandbox.First.Shell("touch /dev/shm/queue-closed; echo > /dev/udp/127.0.0.9/9");
        Eventually.True(() => Balancer.BoundQueues(flowlb).Count == 0, "queue closed", Patience);

        Assert.Equal((503, "queue 5 is not bound\n"), Page("/healthz"));
        Assert.Equal((503, "queue 5 is not bound\n"), Page("/readyz"));
        CheckStatus("queue 5 is not bound");
        flowlb.Signal(PosixSignalNumber.Kill);
        flowlb.WaitForEnd();
    }

    [KernelFact]
    public void A_process_that_is_stopped_says_nothing_and_is_well_again_when_it_goes_on()
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("5", "--http=unix:/dev/shm/http");
        HttpView.WaitUntilReady(Http);
        flowlb.Signal(PosixSignalNumber.Stop);
        Task<string> answer = Task.Run(() => HttpView.Get(Http, "/state"));
        Assert.False(answer.Wait(TimeSpan.FromMilliseconds(300)));
        flowlb.Signal(PosixSignalNumber.Continue);
        Assert.True(answer.Wait(Patience));
        HttpView.WaitUntilReady(Http);
    }

    public void Dispose() => _sandbox.Dispose();

    private BackgroundProcess StartBreakable()
    {
        _sandbox.First.Shell($"""
            gcc -shared -fPIC -o /dev/shm/broken.so -x c - <<'end'
            {BrokenReceive}
            end
            iptables -t mangle -A OUTPUT -d 127.0.0.9 -j NFQUEUE --queue-num 5
            """);
        BackgroundProcess flowlb = Balancer.WaitUntilReady(
            _sandbox.First.Start("env", "LD_PRELOAD=/dev/shm/broken.so", Executables.Nfqlb, "flowlb", "--queue=5",
                "--http=unix:/dev/shm/http"), "5");
        HttpView.WaitUntilReady(Http);
        return flowlb;
    }

    private void CheckStatus(string fault)
    {
        CommandResult status = _balancer.Nfqlb("status", "--json");
        Assert.Equal(3, status.ExitCode);
        JsonElement findings = JsonDocument.Parse(status.Stdout).RootElement.GetProperty("findings");
        JsonElement finding = Assert.Single(
            findings.EnumerateArray(), finding => finding.GetProperty("what").GetString() == fault);
        Assert.Equal("bad", finding.GetProperty("severity").GetString());
        Assert.Contains("--takeover", finding.GetProperty("remedy").GetString());
    }

    private bool IsServed()
    {
        try
        {
            return HttpView.Ask(Http, "/healthz").Status > 0;
        }
        catch (HttpRequestException)
        {
            return false; // between the old one's end and the new one's beginning
        }
    }

    private (int, string) Page(string page)
    {
        var (status, text, _) = HttpView.Ask(Http, page);
        return (status, text);
    }
}
