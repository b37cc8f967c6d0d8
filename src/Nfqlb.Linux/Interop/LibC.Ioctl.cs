using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/ioctl.h, linux/sockios.h</remarks>
internal static unsafe partial class LibC
{
    internal const uint SIOCOUTQ = 0x5411;
    internal const uint SIOCGIFFLAGS = 0x8913;
    internal const uint SIOCGIFMTU = 0x8921;
    internal const uint SIOCGIFINDEX = 0x8933;

    /// <summary>Asks something about a network device, or attaches to it.</summary>
    internal static SysResult ioctl(FdHandle fd, uint request, ref ifreq argument)
    {
        fixed (ifreq* pointer = &argument)
        {
            return SysResult.OfLibC(ioctl_(fd, request, pointer));
        }
    }

    /// <summary>Bytes of a socket that the kernel has, and no link has taken yet; with what it keeps beside them.
    /// </summary>
    internal static int UnsentOf(FdHandle fd)
    {
        int bytes = 0;
        return SysResult.OfLibC(ioctl_(fd, SIOCOUTQ, &bytes)).IsSuccess ? bytes : 0;
    }

    /// <remarks>Variadic in C; x86-64 and arm64 Linux pass a pointer there as anywhere.</remarks>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ioctl_(FdHandle fd, nuint request, void* argument);
}
