using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>fcntl.h and sys/file.h</remarks>
internal static unsafe partial class LibC
{
    internal const int O_RDONLY = 0;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_PATH = 0x200000;

    /// <summary>Not asm-generic's on every architecture: arm has its own.</summary>
    internal static readonly int O_NOFOLLOW =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Not asm-generic's on every architecture, as it has O_DIRECTORY in it.</summary>
    internal static readonly int O_TMPFILE =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x404000 : 0x410000;

    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int LOCK_UN = 8;

    /// <summary>Opens a file that exists.</summary>
    internal static SysResult open(string path, int flags)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(open_(path, flags));
        }
        while (result.Errno == EINTR);
        return result;
    }

    /// <summary>Opens a file of a directory, or makes it.</summary>
    internal static SysResult openat(FdHandle directory, string name, int flags, uint mode)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(openat_(directory, name, flags, mode));
        }
        while (result.Errno == EINTR);
        return result;
    }

    /// <summary>Gives the file its blocks, growing it where it is shorter; on ENOSPC nothing has changed.</summary>
    internal static SysResult posix_fallocate(FdHandle fd, long offset, long length)
    {
        SysResult result;
        do
        {
            result = SysResult.OfErrno(posix_fallocate_(fd, offset, length));
        }
        while (result.Errno == EINTR);
        return result;
    }

    /// <summary>Without LOCK_NB it waits for the lock as long as it takes.</summary>
    internal static SysResult flock(FdHandle fd, int operation)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(flock_(fd, operation));
        }
        while (result.Errno == EINTR);
        return result;
    }

    /// <remarks>Variadic in C, but without a mode where nothing is created.</remarks>
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open_(string path, int flags);

    /// <remarks>Variadic in C; on Linux's 64-bit architectures that makes no difference for integers.</remarks>
    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat_(FdHandle directory, string name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "posix_fallocate")]
    private static partial int posix_fallocate_(FdHandle fd, long offset, long length);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int flock_(FdHandle fd, int operation);
}
