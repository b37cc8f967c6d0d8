using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/socket.h, netinet/in.h, sys/time.h, linux/filter.h, linux/errqueue.h, and the address of a netlink
/// socket from linux/netlink.h</remarks>
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
    internal const int SO_ATTACH_FILTER = 26;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_MARK = 36;
    internal const int IPPROTO_ICMP = 1;
    internal const int IPPROTO_IP = 0;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IPPROTO_ICMPV6 = 58;
    internal const int IPPROTO_SCTP = 132;
    internal const int IP_RECVERR = 11;
    internal const int IPV6_RECVERR = 25;
    internal const int MSG_ERRQUEUE = 0x2000;
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

    /// <summary>Sends one datagram to an address of any family.</summary>
    /// <param name="fd">A socket of this family.</param>
    /// <param name="bytes">The datagram.</param>
    /// <param name="address">A <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>.</param>
    internal static SysResult sendto(FdHandle fd, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = bytes, to = address)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(
                    sendto_(fd, first, (nuint)bytes.Length, MSG_NOSIGNAL, to, (uint)address.Length));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    /// <summary>Receives one datagram, or with MSG_ERRQUEUE one that came back with an error.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="bytes">Gets the datagram.</param>
    /// <param name="flags">MSG_ERRQUEUE or 0.</param>
    /// <param name="address">Gets who sent it, or where it was sent to.</param>
    /// <param name="control">Gets a <c>struct cmsghdr</c> and what belongs to it.</param>
    /// <param name="controlBytes">So much of it.</param>
    internal static SysResult recvmsg(
        FdHandle fd, Span<byte> bytes, int flags, Span<byte> address, Span<byte> control, out int controlBytes)
    {
        fixed (byte* first = bytes, from = address, beside = control)
        {
            var part = new iovec { iov_base = first, iov_len = (nuint)bytes.Length };
            SysResult result;
            msghdr message;
            do
            {
                message = new msghdr
                {
                    msg_name = from,
                    msg_namelen = (uint)address.Length,
                    msg_iov = &part,
                    msg_iovlen = 1,
                    msg_control = beside,
                    msg_controllen = (nuint)control.Length,
                };
                result = SysResult.OfLibC(recvmsg_(fd, &message, flags));
            }
            while (result.Errno == EINTR);
            controlBytes = result.IsSuccess ? (int)message.msg_controllen : 0;
            return result;
        }
    }

    /// <summary>From now on the socket gets only what a program of classic BPF lets pass.</summary>
    internal static SysResult AttachFilter(FdHandle fd, ReadOnlySpan<sock_filter> program)
    {
        fixed (sock_filter* first = program)
        {
            return setsockopt(
                fd, SOL_SOCKET, SO_ATTACH_FILTER, new sock_fprog { len = (ushort)program.Length, filter = first });
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

    [LibraryImport(Library, EntryPoint = "sendto", SetLastError = true)]
    private static partial nint sendto_(
        FdHandle fd, byte* bytes, nuint count, int flags, byte* address, uint addressLength);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint recvmsg_(FdHandle fd, msghdr* message, int flags);

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

    [StructLayout(LayoutKind.Sequential)]
    internal struct iovec
    {
        internal byte* iov_base;
        internal nuint iov_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct msghdr
    {
        internal byte* msg_name;
        internal uint msg_namelen;
        internal iovec* msg_iov;
        internal nuint msg_iovlen;
        internal byte* msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct cmsghdr
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
    }

    /// <summary>Why a datagram came back.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sock_extended_err
    {
        internal uint ee_errno;
        internal byte ee_origin;
        internal byte ee_type;
        internal byte ee_code;
        internal byte ee_pad;
        internal uint ee_info;
        internal uint ee_data;
    }

    /// <summary>An instruction of classic BPF.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sock_filter
    {
        internal ushort code;
        internal byte jt;
        internal byte jf;
        internal uint k;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct sock_fprog
    {
        internal ushort len;
        internal sock_filter* filter;
    }
#pragma warning restore CS8981
}
