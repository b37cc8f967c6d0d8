using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sched.h. Masks are of the calling thread, which pid 0 names.</remarks>
internal static unsafe partial class LibC
{
    /// <returns>How many bytes of the mask the kernel has written.</returns>
    internal static SysResult sched_getaffinity(Span<byte> mask)
    {
        fixed (byte* first = mask)
        {
            // The C library's wrapper clears what the kernel does not write.
            return SysResult.OfLibC(sched_getaffinity_(pid: 0, (nuint)mask.Length, first));
        }
    }

    internal static SysResult sched_setaffinity(ReadOnlySpan<byte> mask)
    {
        fixed (byte* first = mask)
        {
            return SysResult.OfLibC(sched_setaffinity_(pid: 0, (nuint)mask.Length, first));
        }
    }

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int sched_getaffinity_(int pid, nuint cpusetsize, byte* mask);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int sched_setaffinity_(int pid, nuint cpusetsize, byte* mask);
}
