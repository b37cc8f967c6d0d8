using System.Net.Sockets;
using System.Text;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>A flowlb on queue 5, watched over HTTP and by systemd, for whom this stands in; it can be broken.</summary>
internal sealed class BreakableFlowlb : IDisposable
{
    private const int WatchdogMicroseconds = 200_000;

    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public BreakableFlowlb()
    {
        // A test may start flowlb as nobody, and root asks it.
        Balancer = new Balancer(Sandbox.First, "env", "NFQLB_FLOW_USER=65534");
        BreakingLibrary.Compile(Sandbox.First);
        Sandbox.First.Shell("iptables -t mangle -A OUTPUT -d 127.0.0.9 -j NFQUEUE --queue-num 5");
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
            Sandbox.First.Start([.. user ?? [], .. BreakingLibrary.InFront,
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
