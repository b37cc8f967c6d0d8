using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nfqlb.Checks;
using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>The raw socket of all checks over SCTP of a family. Each check has a source port of its own while it
/// runs.</summary>
/// <remarks>
/// Raw, as most kernels of balancers have no SCTP. One that has it sees answers to what it has not asked, and sends an
/// ABORT, as the check itself does. A filter keeps out what has not a port of checks: this host may serve SCTP too.
/// What is balanced never comes by here, as it is for no address of this host.
/// </remarks>
/// <param name="isIpv4">Of which family.</param>
/// <param name="watch">Has somebody call <see cref="Read"/> when there is something to read.</param>
internal sealed class SctpSocket(bool isIpv4, Func<FdHandle, SysResult> watch) : IDisposable
{
    private const int Ports = 1024;
    private const int FirstOfPorts = 32;
    private const int ReceiveBytes = 1 << 20;
    private const int MostAtOnce = 256;
    private const int MostHeaderBytes = 60;
    private const int MostPacketBytes = 2048;
    private const int Tries = 3;

    private readonly SctpSession?[] _sessions = new SctpSession?[Ports];
    private readonly byte[] _packet = new byte[MostHeaderBytes + MostPacketBytes];
    private readonly ushort _firstPort = (ushort)(Ports * Random.Shared.Next(FirstOfPorts, 2 * FirstOfPorts));
    private FdHandle? _socket;
    private int _last;

    /// <summary>Opens it, where it is not open.</summary>
    /// <returns>The errno; 0 for none.</returns>
    public int TryOpen()
    {
        if (_socket is not null)
        {
            return 0;
        }
        var opened = socket(isIpv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_SCTP);
        if (!opened.IsSuccess)
        {
            return opened.Errno;
        }
        var descriptor = new FdHandle(opened.Value);
        var result = AttachFilter(descriptor, Filter());
        result = !result.IsSuccess ? result
            : isIpv4 ? setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, 1)
            : setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
        result = result.IsSuccess ? watch(descriptor) : result;
        if (!result.IsSuccess)
        {
            descriptor.Dispose();
            return result.Errno;
        }

        // Without CAP_NET_ADMIN it stays as it is, and answers to very many checks at once may be lost.
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, ReceiveBytes);
        _socket = descriptor;
        return 0;
    }

    /// <summary>Gives a check a port, of which there are more than checks may run at a time. The one that was used
    /// last comes last: firewalls on the way remember pairs of ports.</summary>
    public ushort Enter(SctpSession session)
    {
        do
        {
            _last = (_last + 1) % Ports;
        }
        while (_sessions[_last] is not null);
        _sessions[_last] = session;
        return (ushort)(_firstPort + _last);
    }

    /// <summary>Takes its port back.</summary>
    public void Leave(ushort port) => _sessions[port - _firstPort] = null;

    /// <summary>Sends a packet to a target.</summary>
    /// <returns>The errno; 0 for none.</returns>
    public int Send(TargetProbe probe, ReadOnlySpan<byte> packet)
    {
        var result = setsockopt(_socket!, SOL_SOCKET, SO_MARK, probe.Mark.Value);
        if (!result.IsSuccess)
        {
            return result.Errno;
        }
        Span<byte> room = stackalloc byte[SocketAddress.MostBytes];
        var address = SocketAddress.Write(room, probe.Address, port: 0);
        for (int i = 0; i < Tries; i++)
        {
            // An error that came back of another check is the result of the next call, whatever that is about.
            result = sendto(_socket!, packet, address);
            if (result.IsSuccess)
            {
                break;
            }
        }
        return result.Errno;
    }

    /// <summary>Reads what has come: answers, and what came back with an error.</summary>
    /// <param name="ended">Gets the checks that are over.</param>
    public void Read(List<(SctpSession Session, ProbeEnd End)> ended)
    {
        if (_socket is null)
        {
            return;
        }
        Span<byte> address = stackalloc byte[SocketAddress.MostBytes];
        Span<byte> control = stackalloc byte[Unsafe.SizeOf<cmsghdr>() + Unsafe.SizeOf<sock_extended_err>()
            + SocketAddress.MostBytes];
        for (int i = 0; i < MostAtOnce; i++)
        {
            var result = recvmsg(_socket, _packet, MSG_ERRQUEUE, address, control, out int controlBytes);
            if (!result.IsSuccess)
            {
                break;
            }
            var quoted = _packet.AsSpan(0, (int)result.Value);
            if (quoted.Length >= sizeof(uint) && ErrnoIn(control[..controlBytes]) is > 0 and var errno
                && Find(SctpPacket.SourceOf(quoted)) is { } session && session.IsQuoted(quoted))
            {
                ended.Add((session, new ProbeEnd(CheckOutcome.Failed, Marshal.GetPInvokeErrorMessage(errno))));
            }
        }
        for (int i = 0; i < MostAtOnce; i++)
        {
            var result = recvmsg(_socket, _packet, flags: 0, address, control: [], out _);
            if (result.Errno == EAGAIN)
            {
                break;
            }
            if (result.IsSuccess && Payload(_packet.AsSpan(0, (int)result.Value)) is { Length: >= sizeof(uint) } packet
                && Find(SctpPacket.DestinationOf(packet)) is { } session
                && !session.Take(packet, address, out var end))
            {
                ended.Add((session, end));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    /// <summary>A raw socket of IPv4 gets the header as well; it is whole, as the kernel has looked at it.</summary>
    private ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> packet)
    {
        int header = isIpv4 && packet.Length > 0 ? (packet[0] & 0xf) * sizeof(uint) : 0;
        return packet[Math.Min(header, packet.Length)..];
    }

    private SctpSession? Find(ushort port) =>
        port - _firstPort is >= 0 and < Ports and var place ? _sessions[place] : null;

    private static int ErrnoIn(ReadOnlySpan<byte> control)
    {
        int need = Unsafe.SizeOf<cmsghdr>() + Unsafe.SizeOf<sock_extended_err>();
        return control.Length >= need
            ? (int)MemoryMarshal.Read<sock_extended_err>(control[Unsafe.SizeOf<cmsghdr>()..]).ee_errno
            : 0;
    }

    /// <summary>Lets pass what has one of our ports as its destination.</summary>
    /// <remarks>Classic BPF, as `tcpdump -d` shows it. The first byte is that of the IP header in IPv4, and of SCTP's
    /// in IPv6.</remarks>
    private sock_filter[] Filter()
    {
        const ushort loadHeaderLength = 0xb1, loadHalfBehind = 0x48, loadHalf = 0x28, and = 0x54, jumpIfEqual = 0x15,
            give = 0x06;
        sock_filter[] take = isIpv4
            ? [new() { code = loadHeaderLength }, new() { code = loadHalfBehind, k = sizeof(ushort) }]
            : [new() { code = loadHalf, k = sizeof(ushort) }];
        return
        [
            .. take,
            new() { code = and, k = ushort.MaxValue & ~(Ports - 1u) },
            new() { code = jumpIfEqual, k = _firstPort, jf = 1 },
            new() { code = give, k = uint.MaxValue },
            new() { code = give, k = 0 },
        ];
    }
}
