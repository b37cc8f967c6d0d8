using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>A queue whose reader has failed would drop its traffic in silence: the process must end.</summary>
[BesideOthers]
public sealed class WorkerFailureTests : IDisposable
{
    // Stands in for a kernel that fails: every receive, once the file is there.
    private const string FailingReceive = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
        {
            static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
            if (!access("/dev/shm/receive-fails", F_OK)) {
                errno = EIO;
                return -1;
            }
            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "recvmmsg");
            return real(fd, messages, count, flags, timeout);
        }
        """;

    private readonly Sandbox _sandbox = new();

    [KernelFact]
    public void Ends_the_process_with_a_line_that_names_the_queue()
    {
        _sandbox.First.Shell($"""
            gcc -shared -fPIC -o /dev/shm/failing.so -x c - <<'end'
            {FailingReceive}
            end
            iptables -t mangle -A OUTPUT -d 127.0.0.9 -j NFQUEUE --queue-num 5
            """);
        BackgroundProcess flowlb = _sandbox.First.Start(
            "env", "LD_PRELOAD=/dev/shm/failing.so", Executables.Nfqlb, "flowlb", "--queue=5");
        Balancer.WaitUntilReady(flowlb, "5");
        new Balancer(_sandbox.First).Nfqlb("flow-list").MustSucceed();
        Assert.False(flowlb.HasEnded);

        _sandbox.First.Shell("touch /dev/shm/receive-fails; echo > /dev/udp/127.0.0.9/9");

        CommandResult end = flowlb.WaitForEnd(TimeSpan.FromSeconds(5));
        Assert.Equal(1, end.ExitCode);
        string line = Assert.Single(end.Complaints.TrimEnd('\n').Split('\n'));
        Assert.Contains("queue=5", line);
        Assert.Contains("Input/output error", line);
    }

    public void Dispose() => _sandbox.Dispose();
}
