using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>A netlink socket of this thread's network namespace.</summary>
/// <remarks>Dumps are checked strictly, so that the kernel filters them itself (Linux 4.20); errors come with its own
/// words and without a copy of the request.</remarks>
internal sealed class KernelChannel : INetlinkChannel
{
    /// <summary>Most a channel waits for one datagram, seconds. The kernel answers while it is being asked.</summary>
    public const int PatienceSeconds = 5;

    private const int ReceiveBufferBytes = 1 << 20;
    private const int SendBufferBytes = 1 << 20;

    /// <summary>What the kernel adds to a datagram when it compares it with the send buffer.</summary>
    private const int SendOverheadBytes = 64;
    private readonly FdHandle _socket;
    private int _sendBufferBytes;

    private KernelChannel(FdHandle socket) => _socket = socket;

    public uint PortId { get; private set; }

    /// <summary>Opens a socket; needs no privilege as long as it only reads.</summary>
    /// <exception cref="SystemCallException">There is no such protocol, or the kernel is older than 4.20.</exception>
    public static KernelChannel Open(NetlinkProtocol protocol)
    {
        var socket = LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, (int)protocol);
        var channel = new KernelChannel(new FdHandle(socket.ThrowOnError("socket", $"netlink {protocol}")));
        try
        {
            channel.SetUp();
            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>To be polled.</summary>
    public int Descriptor => (int)_socket.DangerousGetHandle();

    /// <summary>Hears what is told to a group.</summary>
    /// <exception cref="SystemCallException">There is none, or it is not for this user.</exception>
    public void Join(uint group) => Set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)group);

    public SysResult Send(ReadOnlySpan<byte> datagram)
    {
        int needed = datagram.Length + SendOverheadBytes;
        if (needed > _sendBufferBytes)
        {
            GrowSendBuffer(needed);
        }

        return send(_socket, datagram, 0);
    }

    public SysResult Receive(Span<byte> buffer, bool waits, out uint senderPortId)
    {
        var result = recvfrom(_socket, buffer, waits ? MSG_TRUNC : MSG_TRUNC | MSG_DONTWAIT, out var sender);
        senderPortId = sender.nl_pid;
        return result;
    }

    public void Dispose() => _socket.Dispose();

    private void SetUp()
    {
        GrowSendBuffer(SendBufferBytes);
        ForceBuffer(SO_RCVBUFFORCE, SO_RCVBUF, ReceiveBufferBytes);
        Set(SOL_SOCKET, SO_RCVTIMEO, new timeval { tv_sec = PatienceSeconds });
        Set(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        Set(SOL_NETLINK, NETLINK_CAP_ACK, 1);
        Set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
        bind(_socket, new sockaddr_nl { nl_family = AF_NETLINK }).ThrowOnError("bind", "netlink");
        getsockname(_socket, out var self).ThrowOnError("getsockname", "netlink");
        PortId = self.nl_pid;
    }

    /// <remarks>A batch of nf_tables must go in one datagram, however long it is.</remarks>
    private void GrowSendBuffer(int lengthBytes)
    {
        ForceBuffer(SO_SNDBUFFORCE, SO_SNDBUF, lengthBytes);
        _sendBufferBytes = lengthBytes;
    }

    /// <remarks>Without CAP_NET_ADMIN the system's limit (net.core.wmem_max, rmem_max) stays: reading needs no
    /// more, and what is too long to be sent is refused with EMSGSIZE.</remarks>
    private void ForceBuffer(int forced, int limited, int lengthBytes)
    {
        if (setsockopt(_socket, SOL_SOCKET, forced, lengthBytes).Errno == EPERM)
        {
            Set(SOL_SOCKET, limited, lengthBytes);
        }
    }

    private void Set<T>(int level, int option, T value)
        where T : unmanaged =>
        setsockopt(_socket, level, option, value).ThrowOnError("setsockopt", $"netlink {option}");
}
