using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>poll.h and sys/eventfd.h</remarks>
internal static unsafe partial class LibC
{
    internal const short POLLIN = 1;
    internal const short POLLERR = 8;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EFD_CLOEXEC = 0x80000;

    /// <summary>Waits until one of them is ready; -1 in the place of a descriptor leaves it out.</summary>
    /// <returns>How many are; 0 also where a signal came.</returns>
    internal static SysResult poll(Span<pollfd> descriptors, int milliseconds)
    {
        fixed (pollfd* first = descriptors)
        {
            var result = SysResult.OfLibC(poll_(first, (ulong)descriptors.Length, milliseconds));
            return result.Errno == EINTR ? SysResult.OfErrno(0) : result;
        }
    }

    internal static SysResult eventfd(uint count, int flags) => SysResult.OfLibC(eventfd_(count, flags));

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    private static partial int poll_(pollfd* descriptors, ulong count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int eventfd_(uint count, int flags);

#pragma warning disable CS8981 // The name is C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }
#pragma warning restore CS8981
}
