using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/socket.h, netinet/in.h, sys/time.h, and the address of a netlink socket from linux/netlink.h</remarks>
internal static unsafe partial class LibC
{
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SOL_NETLINK = 270;
    internal const int SO_ERROR = 4;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_LINGER = 13;
    internal const int SO_RCVTIMEO = 20;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_MARK = 36;
    internal const int IPPROTO_ICMP = 1;
    internal const int IPPROTO_ICMPV6 = 58;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;

    internal static SysResult socket(int domain, int type, int protocol) =>
        SysResult.OfLibC(socket_(domain, type, protocol));

    internal static SysResult bind(FdHandle fd, in sockaddr_nl address)
    {
        fixed (sockaddr_nl* first = &address)
        {
            return SysResult.OfLibC(bind_(fd, first, (uint)sizeof(sockaddr_nl)));
        }
    }

    internal static SysResult getsockname(FdHandle fd, out sockaddr_nl address)
    {
        address = default;
        fixed (sockaddr_nl* first = &address)
        {
            uint length = (uint)sizeof(sockaddr_nl);
            return SysResult.OfLibC(getsockname_(fd, first, &length));
        }
    }

    /// <summary>Sets an option whose value is an <c>int</c> or a <c>struct timeval</c>.</summary>
    internal static SysResult setsockopt<T>(FdHandle fd, int level, int name, T value)
        where T : unmanaged => SysResult.OfLibC(setsockopt_(fd, level, name, &value, (uint)Unsafe.SizeOf<T>()));

    /// <summary>Connects to an address of any family.</summary>
    /// <param name="fd">A socket of this family.</param>
    /// <param name="address">A <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>.</param>
    internal static SysResult connect(FdHandle fd, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address)
        {
            return SysResult.OfLibC(connect_(fd, first, (uint)address.Length));
        }
    }

    /// <summary>Asks for an option whose value fills all of this.</summary>
    internal static SysResult getsockopt(FdHandle fd, int level, int name, Span<byte> value)
    {
        fixed (byte* first = value)
        {
            uint length = (uint)value.Length;
            return SysResult.OfLibC(getsockopt_(fd, level, name, first, &length));
        }
    }

    /// <summary>The error that came in since the last call; 0 for none.</summary>
    internal static int ErrorOf(FdHandle fd)
    {
        int errno = 0;
        uint length = sizeof(int);
        var result = SysResult.OfLibC(getsockopt_(fd, SOL_SOCKET, SO_ERROR, &errno, &length));
        return result.IsSuccess ? errno : result.Errno;
    }

    /// <summary>Receives from the one that a socket is connected to.</summary>
    internal static SysResult recv(FdHandle fd, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(recv_(fd, first, (nuint)buffer.Length, 0));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    /// <summary>Sends one datagram.</summary>
    internal static SysResult send(FdHandle fd, ReadOnlySpan<byte> bytes, int flags)
    {
        fixed (byte* first = bytes)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(send_(fd, first, (nuint)bytes.Length, flags));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    /// <summary>Receives one datagram and says who sent it; with MSG_TRUNC the value is its whole length.</summary>
    internal static SysResult recvfrom(FdHandle fd, Span<byte> buffer, int flags, out sockaddr_nl sender)
    {
        sender = default;
        fixed (byte* first = buffer)
        fixed (sockaddr_nl* from = &sender)
        {
            SysResult result;
            do
            {
                uint length = (uint)sizeof(sockaddr_nl);
                result = SysResult.OfLibC(recvfrom_(fd, first, (nuint)buffer.Length, flags, from, &length));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    private static partial int socket_(int domain, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    private static partial int bind_(FdHandle fd, sockaddr_nl* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    private static partial int getsockname_(FdHandle fd, sockaddr_nl* address, uint* length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int setsockopt_(FdHandle fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    private static partial nint send_(FdHandle fd, byte* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint recvfrom_(
        FdHandle fd, byte* buffer, nuint count, int flags, sockaddr_nl* sender, uint* senderLength);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    private static partial int connect_(FdHandle fd, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int getsockopt_(FdHandle fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    private static partial nint recv_(FdHandle fd, byte* buffer, nuint count, int flags);

#pragma warning disable CS8981 // The names are C's.
    /// <summary>Who sends or receives: port id 0 is the kernel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr_nl
    {
        internal ushort nl_family;
        internal ushort nl_pad;
        internal uint nl_pid;
        internal uint nl_groups;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct linger
    {
        internal int l_onoff;
        internal int l_linger;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct timeval
    {
        internal nint tv_sec;
        internal nint tv_usec;
    }
#pragma warning restore CS8981
}
