using System.Net.Sockets;
using System.Text;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>A flowlb on queue 5, watched over HTTP and by systemd, for whom this stands in; it can be broken.</summary>
/// <remarks>A file in /dev/shm says how; a library in front of libc does it, in the worker's thread.</remarks>
internal sealed class BreakableFlowlb : IDisposable
{
    private const int WatchdogMicroseconds = 200_000;

    private const string Library = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/capability.h>
        #include <sched.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        static int is(const char *broken)
        {
            int before = errno, found = !access(broken, F_OK);
            errno = before;
            return found;
        }

        static void drop_rights(void)
        {
            struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
            struct __user_cap_data_struct none[2] = { 0 };
            syscall(SYS_capset, &header, none);
        }

        int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
        {
            static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
            int received;

            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "recvmmsg");
            if (is("/dev/shm/worker-ends"))
                syscall(SYS_exit, 0);
            while (is("/dev/shm/worker-hangs"))
                sleep(1);
            if (is("/dev/shm/queue-closed")) {
                dup2(socket(AF_UNIX, SOCK_DGRAM, 0), fd);
                pause();
            }
            if (is("/dev/shm/worker-slow")) {
                usleep(20000);
                count = 1;
            }
            received = real(fd, messages, count, flags, timeout);
            if (is("/dev/shm/rights-dropped"))
                drop_rights();
            return is("/dev/shm/packets-lost") ? 0 : received;
        }

        int socket(int domain, int type, int protocol)
        {
            static int (*real)(int, int, int);
            int here, fd;

            if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "socket");
            if (domain != AF_NETLINK || protocol != 12 || !is("/dev/shm/foreign"))
                return real(domain, type, protocol);
            here = open("/proc/thread-self/ns/net", O_RDONLY);
            setns(open("/run/netns/other", O_RDONLY), CLONE_NEWNET);
            fd = real(domain, type, protocol);
            setns(here, CLONE_NEWNET);
            return fd;
        }
        """;

    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public BreakableFlowlb()
    {
        // A test may start flowlb as nobody, and root asks it.
        Balancer = new Balancer(Sandbox.First, "env", "NFQLB_FLOW_USER=65534");
        Sandbox.First.Shell($"""
            gcc -shared -fPIC -o /dev/shm/breaking.so -x c - <<'end'
            {Library}
            end
            iptables -t mangle -A OUTPUT -d 127.0.0.9 -j NFQUEUE --queue-num 5
            """);
        _systemd.Bind(new UnixDomainSocketEndPoint(Sandbox.PathInSharedMemory("notify")));
        _systemd.ReceiveTimeout = 5000;
    }

    public Sandbox Sandbox { get; } = new();

    public Balancer Balancer { get; }

    public string Http => Sandbox.PathInSharedMemory("http");

    /// <summary>Starts it and waits until it is well.</summary>
    /// <param name="user">Words in front of the command, for another one.</param>
    public BackgroundProcess Start(IReadOnlyList<string>? user = null, params IReadOnlyList<string> options)
    {
        BackgroundProcess flowlb = StartUnwell(user, options);
        HttpView.WaitUntilReady(Http);
        return flowlb;
    }

    /// <summary>The same of one that may not be well.</summary>
    public BackgroundProcess StartUnwell(IReadOnlyList<string>? user = null, params IReadOnlyList<string> options) =>
        Balancer.WaitUntilReady(
            Sandbox.First.Start([.. user ?? [], "env", "LD_PRELOAD=/dev/shm/breaking.so",
                "NOTIFY_SOCKET=/dev/shm/notify", $"WATCHDOG_USEC={WatchdogMicroseconds}",
                Executables.Nfqlb, "flowlb", "--queue=5", "--http=unix:/dev/shm/http", .. options]), "5");

    /// <summary>Breaks it, and sends packets until the test is over.</summary>
    public void Break(string how)
    {
        Sandbox.First.Shell($"touch /dev/shm/{how}");
        Sandbox.First.Start("perl", "-MIO::Socket::INET", "-e", """
            my $to = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.9:9") or die;
            while (1) {
                $to->send("x"); # fails where the queue is full
                select(undef, undef, undef, 0.002);
            }
            """);
    }

    /// <summary>The next words to systemd.</summary>
    public string Hear()
    {
        byte[] bytes = new byte[400];
        return Encoding.UTF8.GetString(bytes, 0, _systemd.Receive(bytes));
    }

    public void Dispose()
    {
        _systemd.Dispose();
        Sandbox.Dispose();
    }
}
