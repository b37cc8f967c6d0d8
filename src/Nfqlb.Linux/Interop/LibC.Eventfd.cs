using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/eventfd.h</remarks>
internal static unsafe partial class LibC
{
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;

    internal static SysResult eventfd(uint initialValue, int flags) =>
        SysResult.OfLibC(eventfd_(initialValue, flags));

    internal static SysResult eventfd_write(FdHandle fd, ulong value)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(eventfd_write_(fd, value));
        }
        while (result.Errno == EINTR);
        return result;
    }

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int eventfd_(uint initialValue, int flags);

    [LibraryImport(Library, EntryPoint = "eventfd_write", SetLastError = true)]
    private static partial int eventfd_write_(FdHandle fd, ulong value);
}
