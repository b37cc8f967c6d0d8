using Nfqlb.Checks;
using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>One check that runs: a non-blocking socket, and what is to be done when it is ready.</summary>
/// <remarks>Nothing here throws: whatever goes wrong is a result.</remarks>
internal abstract class ProbeSession(TargetProbe probe, int key, TimeSpan began) : IDisposable
{
    private FdHandle? _socket;

    /// <summary>Whose it is.</summary>
    public int Key { get; } = key;

    /// <summary>When it began.</summary>
    public TimeSpan Began { get; } = began;

    /// <summary>When it is over at the latest.</summary>
    public TimeSpan Deadline => Began + Probe.Timeout;

    /// <summary>What it waits for: EPOLLIN, EPOLLOUT.</summary>
    public uint Events { get; protected set; }

    /// <summary>The socket, once it is open.</summary>
    public FdHandle Socket => _socket!;

    /// <summary>There is a socket of its own.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>Where whoever runs it has it.</summary>
    public int Place { get; set; }

    /// <summary>What it does.</summary>
    protected TargetProbe Probe { get; } = probe;

    /// <summary>A session of the right kind, which has not begun.</summary>
    public static ProbeSession Of(TargetProbe probe, int key, TimeSpan began) => probe.Question.Kind switch
    {
        CheckKind.Http => new HttpSession(probe, key, began),
        CheckKind.Udp => new UdpSession(probe, key, began),
        CheckKind.Icmp => new IcmpSession(probe, key, began),
        CheckKind.Exec => new CommandSession(probe, key, began),
        _ => new TcpSession(probe, key, began),
    };

    /// <summary>Opens the socket and sends what comes first.</summary>
    /// <returns>False where it is over already.</returns>
    public abstract bool Begin(out ProbeEnd end);

    /// <summary>Does what can be done now that the socket is ready.</summary>
    /// <returns>False where it is over.</returns>
    public abstract bool GoOn(out ProbeEnd end);

    /// <summary>What it means that the time is over.</summary>
    public virtual ProbeEnd AtDeadline => ProbeEnd.TimedOut;

    /// <inheritdoc/>
    public virtual void Dispose() => _socket?.Dispose();

    /// <summary>Has this stand for what it waits for.</summary>
    protected void Own(FdHandle descriptor) => _socket = descriptor;

    /// <summary>A socket that carries the target's mark and is connected, or about to be.</summary>
    /// <returns>The errno; 0 for none, EINPROGRESS for a TCP connection that is under way.</returns>
    protected int Open(int type, int protocol, ushort port)
    {
        int family = Probe.Address.IsIpv4 ? AF_INET : AF_INET6;
        var opened = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        if (!opened.IsSuccess)
        {
            return opened.Errno;
        }
        _socket = new FdHandle(opened.Value);
        var marked = setsockopt(_socket, SOL_SOCKET, SO_MARK, Probe.Mark.Value);
        if (!marked.IsSuccess)
        {
            return marked.Errno;
        }
        if (type == SOCK_STREAM)
        {
            // Closed by a reset: no TIME_WAIT is left behind, here or there.
            setsockopt(_socket, SOL_SOCKET, SO_LINGER, new linger { l_onoff = 1 });
        }
        Span<byte> room = stackalloc byte[SocketAddress.MostBytes];
        return connect(_socket, SocketAddress.Write(room, Probe.Address, port)).Errno;
    }

    /// <summary>It goes on.</summary>
    protected static bool Wait(out ProbeEnd end)
    {
        end = default;
        return true;
    }

    /// <summary>It is over, and all is well.</summary>
    protected static bool Pass(out ProbeEnd end)
    {
        end = ProbeEnd.Passed;
        return false;
    }

    /// <summary>It is over, and something is wrong with the target.</summary>
    protected static bool Fail(string reason, out ProbeEnd end)
    {
        end = new ProbeEnd(CheckOutcome.Failed, reason);
        return false;
    }

    /// <summary>It is over because of an error: of the target or the way there, or of this host.</summary>
    protected static bool Fail(int errno, out ProbeEnd end)
    {
        end = ProbeEnd.OfErrno(errno);
        return false;
    }
}
