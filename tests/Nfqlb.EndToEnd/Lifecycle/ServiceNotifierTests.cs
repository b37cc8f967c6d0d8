using System.Net.Sockets;
using System.Text;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>What systemd hears; the test stands in for it.</summary>
public sealed class ServiceNotifierTests : IDisposable
{
    private const int WatchdogMicroseconds = 200_000;

    // Stands in for a worker that hangs: its next receive never returns, once the file is there.
    private const string HangingReceive = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
        {
            static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
            while (!access("/dev/shm/receive-hangs", F_OK))
                sleep(1);
            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "recvmmsg");
            return real(fd, messages, count, flags, timeout);
        }
        """;

    private readonly Sandbox _sandbox = new();
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    [KernelFact]
    public void Hears_of_start_life_and_end()
    {
        BackgroundProcess flowlb = Start("");

        Assert.Contains("READY=1\nMAINPID=", Hear());
        Assert.Equal("WATCHDOG=1", Hear());
        Assert.Equal("WATCHDOG=1", Hear());
        CommandResult end = flowlb.Stop();
        string last = Hear();
        Assert.Equal("STOPPING=1", last == "WATCHDOG=1" ? Hear() : last);
        Assert.Equal((0, ""), (end.ExitCode, CommandResult.ComplaintsIn(end.Stderr)));
    }

    [KernelFact]
    public void Hears_nothing_of_an_end_when_another_process_goes_on()
    {
        BackgroundProcess old = Start("");
        Assert.Contains("READY=1\nMAINPID=", Hear());
        BackgroundProcess next = _sandbox.First.Start(
            ["env", "NOTIFY_SOCKET=/dev/shm/notify", Executables.Nfqlb, "flowlb", "--queue=5", "--takeover"]);
        Assert.Equal(0, old.WaitForEnd().ExitCode);
        CommandResult end = next.Stop();

        var words = new List<string> { Hear() };
        while (words[^1] != "STOPPING=1")
        {
            words.Add(Hear());
        }
        words.RemoveAll(word => word == "WATCHDOG=1");
        Assert.Collection(
            words, word => Assert.Contains("READY=1\nMAINPID=", word), word => Assert.Equal("STOPPING=1", word));
        Assert.Equal(0, end.ExitCode);
    }

    [KernelFact]
    public void A_worker_that_hangs_while_packets_wait_makes_the_watchdog_silent()
    {
        _sandbox.First.Shell($"""
            gcc -shared -fPIC -o /dev/shm/hanging.so -x c - <<'end'
            {HangingReceive}
            end
            iptables -t mangle -A OUTPUT -d 127.0.0.9 -j NFQUEUE --queue-num 5
            """);
        BackgroundProcess flowlb = Start("LD_PRELOAD=/dev/shm/hanging.so");
        Assert.Contains("READY=1", Hear());
        Assert.Equal("WATCHDOG=1", Hear());
        _sandbox.First.Shell("echo > /dev/udp/127.0.0.9/9");
        Assert.Equal("WATCHDOG=1", Hear());

        // The first one ends the sleep it was in; it hangs before it takes the second one.
        _sandbox.First.Shell("""
            touch /dev/shm/receive-hangs
            echo > /dev/udp/127.0.0.9/9
            sleep 0.3
            echo > /dev/udp/127.0.0.9/9
            """);

        const string stuck = "STATUS=Queue 5 makes no progress";
        string heard = Hear();
        for (int more = 0; heard == "WATCHDOG=1" && more < 10; more++)
        {
            heard = Hear();
        }
        Assert.Equal((stuck, stuck, stuck), (heard, Hear(), Hear()));
        flowlb.Signal(PosixSignalNumber.Kill);
        Assert.Contains("queue makes no progress though packets wait", flowlb.WaitForEnd().Stderr);
    }

    public void Dispose()
    {
        _systemd.Dispose();
        _sandbox.Dispose();
    }

    private BackgroundProcess Start(string environment)
    {
        _systemd.Bind(new UnixDomainSocketEndPoint(_sandbox.PathInSharedMemory("notify")));
        _systemd.ReceiveTimeout = 5000;
        string[] words = environment.Length == 0 ? [] : [environment];
        return Balancer.WaitUntilReady(
            _sandbox.First.Start(["env", "NOTIFY_SOCKET=/dev/shm/notify", $"WATCHDOG_USEC={WatchdogMicroseconds}",
                .. words, Executables.Nfqlb, "flowlb", "--queue=5"]), "5");
    }

    private string Hear()
    {
        byte[] bytes = new byte[200];
        return Encoding.UTF8.GetString(bytes, 0, _systemd.Receive(bytes));
    }
}
