using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/ioctl.h</remarks>
internal static unsafe partial class LibC
{
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

    /// <remarks>Variadic in C; x86-64 and arm64 Linux pass a pointer there as anywhere.</remarks>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ioctl_(FdHandle fd, nuint request, ifreq* argument);
}
