using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/epoll.h</remarks>
internal static unsafe partial class LibC
{
    internal const uint EPOLLIN = 1;
    internal const uint EPOLLOUT = 4;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_MOD = 3;
    internal const int EPOLL_CLOEXEC = 0x80000;

    internal static SysResult epoll_create1(int flags) => SysResult.OfLibC(epoll_create1_(flags));

    internal static SysResult epoll_ctl(FdHandle epoll, int operation, FdHandle fd, epoll_event what) =>
        SysResult.OfLibC(epoll_ctl_(epoll, operation, fd, &what));

    /// <returns>How many events there are; 0 also where a signal came.</returns>
    internal static SysResult epoll_wait(FdHandle epoll, Span<epoll_event> events, int milliseconds)
    {
        fixed (epoll_event* first = events)
        {
            var result = SysResult.OfLibC(epoll_wait_(epoll, first, events.Length, milliseconds));
            return result.Errno == EINTR ? SysResult.OfErrno(0) : result;
        }
    }

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int epoll_create1_(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int epoll_ctl_(FdHandle epoll, int operation, FdHandle fd, epoll_event* what);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int epoll_wait_(FdHandle epoll, epoll_event* events, int count, int milliseconds);

#pragma warning disable CS8981 // The name is C's.
    /// <remarks>Packed on x86-64, and there alone.</remarks>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct epoll_event
    {
        internal uint events;
        internal ulong data;
    }
#pragma warning restore CS8981
}
