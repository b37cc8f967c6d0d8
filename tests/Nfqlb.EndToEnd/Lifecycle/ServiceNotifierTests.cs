using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>What systemd hears; the test stands in for it.</summary>
[BesideOthers]
public sealed class ServiceNotifierTests : IDisposable
{
    private const int WatchdogMicroseconds = 200_000;
    private const string Unit = "flowlb@.service";

    /// <summary>For an old balancer that is not listened to while a new one starts: the kernel keeps ten messages.
    /// </summary>
    private const string Calm = "WATCHDOG_USEC=4000000";

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
        BackgroundProcess old = Start(Calm);
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
            words, word => Assert.StartsWith("MAINPID=", word), word => Assert.Contains("READY=1\nMAINPID=", word),
            word => Assert.Equal("STOPPING=1", word));
        Assert.Equal(0, end.ExitCode);
    }

    /// <summary>WATCHDOG_PID of its environment is the old one's, which systemd asked.</summary>
    [KernelFact]
    public void Hears_of_life_from_the_one_that_took_over()
    {
        BackgroundProcess old = Start(Calm);
        string id = MainIn(Hear());
        BackgroundProcess StartNext(string asked) => _sandbox.First.Start(
            "env", "NOTIFY_SOCKET=/dev/shm/notify", $"WATCHDOG_USEC={WatchdogMicroseconds}", $"WATCHDOG_PID={asked}",
            Executables.Nfqlb, "flowlb", "--queue=5", "--takeover");
        BackgroundProcess next = StartNext(asked: id);
        Assert.Equal(0, old.WaitForEnd().ExitCode);

        string main = HearUntil("READY=1");
        Assert.NotEqual(id, MainIn(main));
        Assert.Equal(("WATCHDOG=1", "WATCHDOG=1"), (Hear(), Hear()));
        StartNext(asked: id); // which is neither its own nor that of the one before it
        Assert.Equal(0, next.WaitForEnd().ExitCode);
        HearUntil("READY=1");
        Assert.Throws<SocketException>(Hear);
    }

    /// <summary>The kernel keeps ten messages; the next one waits.</summary>
    [KernelFact]
    public void One_that_does_not_listen_holds_up_neither_takeover_nor_end()
    {
        BackgroundProcess old = Start("");
        old.WaitForOutput("warning NOTIFY_SOCKET cannot be used");

        BackgroundProcess next = _sandbox.First.Start(
            "env", "NOTIFY_SOCKET=/dev/shm/notify", Executables.Nfqlb, "flowlb", "--queue=5", "--takeover");

        Assert.Equal(0, old.WaitForEnd().ExitCode);
        Assert.Equal(0, next.WaitForOutput("notice started").Stop().ExitCode);
    }

    [KernelFact]
    public void The_unit_s_reload_takes_over_and_returns_when_that_is_done()
    {
        BackgroundProcess old = Start(Calm, "0:3");
        string id = MainIn(Hear());

        CommandResult reload = Reload(id, "--queue=0:3");

        string complaints = _sandbox.First.Shell("grep -v ' notice ' /dev/shm/log || true").Stdout;
        Assert.Equal((0, ""), (reload.ExitCode, complaints));
        Assert.Equal(0, old.WaitForEnd().ExitCode);
        string next = MainIn(HearUntil("MAINPID="));
        Assert.Contains($"READY=1\nMAINPID={next}", HearUntil("READY=1"));
        Assert.Equal("WATCHDOG=1", Hear());
        _sandbox.First.Shell($"kill {next}");
        Assert.Equal("STOPPING=1", HearUntil("STOPPING=1"));
        Eventually.True(() => _sandbox.Processes().All(line => !line.Contains("--takeover")), "ended");
    }

    [KernelFact]
    public void A_reload_whose_new_process_does_not_start_fails_and_the_old_one_goes_on()
    {
        BackgroundProcess old = Start(Calm, "0:3");

        CommandResult reload = Reload(MainIn(Hear()), "--queue=7");

        Assert.NotEqual(0, reload.ExitCode);
        Assert.Equal("WATCHDOG=1", HearUntil("WATCHDOG=1"));
        Assert.Equal(0, old.Stop().ExitCode);
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

    /// <summary>Does what `systemctl reload` does with the unit, in the place of systemd.</summary>
    private CommandResult Reload(string main, string queue)
    {
        // Another file of the same bytes is a new version, as far as the unit can see.
        _sandbox.First.Shell($"cp {Executables.Nfqlb} /dev/shm/nfqlb");
        string script = ServiceUnit.Scripts("ExecReload", "/dev/shm/nfqlb", Unit)[0].Replace("--queue=%i", queue);
        Assert.Contains("WATCHDOG_USEC=5000000", script);
        Assert.Equal("5s", Assert.Single(ServiceUnit.Scripts("WatchdogSec", "", Unit)));
        // The new process keeps what it writes to.
        return _sandbox.First.Run("env", "NOTIFY_SOCKET=/dev/shm/notify", $"MAINPID={main}",
            "sh", "-c", "exec sh -c \"$0\" >/dev/shm/log 2>&1 </dev/null", script);
    }

    private static string MainIn(string message) => Regex.Match(message, @"MAINPID=(\d+)$").Groups[1].Value;

    private string HearUntil(string beginning)
    {
        string heard = Hear();
        for (int more = 0; !heard.StartsWith(beginning) && more < 100; more++)
        {
            heard = Hear();
        }
        return heard;
    }

    private BackgroundProcess Start(string environment, string queues = "5")
    {
        _systemd.Bind(new UnixDomainSocketEndPoint(_sandbox.PathInSharedMemory("notify")));
        _systemd.ReceiveTimeout = 5000;
        string[] words = environment.Length == 0 ? [] : [environment];
        return Balancer.WaitUntilReady(
            _sandbox.First.Start(["env", "NOTIFY_SOCKET=/dev/shm/notify", $"WATCHDOG_USEC={WatchdogMicroseconds}",
                .. words, Executables.Nfqlb, "flowlb", $"--queue={queues}"]), queues);
    }

    private string Hear()
    {
        byte[] bytes = new byte[200];
        return Encoding.UTF8.GetString(bytes, 0, _systemd.Receive(bytes));
    }
}
