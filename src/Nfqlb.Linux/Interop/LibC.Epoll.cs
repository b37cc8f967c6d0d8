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

    internal static SysResult epoll_ctl(FdHandle epoll, int operation, FdHandle fd, EpollEvent what)
    {
        byte* bytes = stackalloc byte[EpollEvent.Size];
        what.Write(new Span<byte>(bytes, EpollEvent.Size));
        return SysResult.OfLibC(epoll_ctl_(epoll, operation, fd, bytes));
    }

    /// <summary>Waits for as many events as there is room for, by <see cref="EpollEvent.Size"/>.</summary>
    /// <returns>How many events there are; 0 also where a signal came.</returns>
    internal static SysResult epoll_wait(FdHandle epoll, Span<byte> events, int milliseconds)
    {
        fixed (byte* first = events)
        {
            var result = SysResult.OfLibC(epoll_wait_(epoll, first, events.Length / EpollEvent.Size, milliseconds));
            return result.Errno == EINTR ? SysResult.OfErrno(0) : result;
        }
    }

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int epoll_create1_(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int epoll_ctl_(FdHandle epoll, int operation, FdHandle fd, byte* what);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int epoll_wait_(FdHandle epoll, byte* events, int count, int milliseconds);
}
