using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>signal.h</remarks>
internal static partial class LibC
{
    internal const int SIGKILL = 9;

    internal static SysResult kill(int pid, int signal) => SysResult.OfLibC(kill_(pid, signal));

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int kill_(int pid, int signal);
}
