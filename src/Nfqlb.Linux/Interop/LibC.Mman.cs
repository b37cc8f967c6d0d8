using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/mman.h</remarks>
internal static unsafe partial class LibC
{
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;

    /// <summary>Opens a POSIX shared memory object; the descriptor is close-on-exec.</summary>
    internal static SysResult shm_open(string name, int flags, uint mode) =>
        SysResult.OfLibC(shm_open_(name, flags, mode));

    internal static SysResult shm_unlink(string name) => SysResult.OfLibC(shm_unlink_(name));

    internal static SysResult mmap(nuint length, int protection, int flags, FdHandle fd) =>
        SysResult.OfLibC((nint)mmap_(null, length, protection, flags, fd, offset: 0));

    internal static SysResult munmap(byte* address, nuint length) => SysResult.OfLibC(munmap_(address, length));

    [LibraryImport(Library, EntryPoint = "shm_open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int shm_open_(string name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "shm_unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int shm_unlink_(string name);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* mmap_(
        byte* address, nuint length, int protection, int flags, FdHandle fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    private static partial int munmap_(byte* address, nuint length);
}
