using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/socket.h</remarks>
internal static unsafe partial class LibC
{
    internal const int AF_INET = 2;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_CLOEXEC = 0x80000;

    internal static SysResult socket(int domain, int type) => SysResult.OfLibC(socket_(domain, type, protocol: 0));

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    private static partial int socket_(int domain, int type, int protocol);
}
