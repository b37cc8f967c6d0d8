using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>unistd.h</remarks>
internal static unsafe partial class LibC
{
    internal static SysResult close(int fd) => SysResult.OfLibC(close_(fd));

    /// <remarks>Cannot fail.</remarks>
    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint geteuid();

    internal static SysResult ftruncate(FdHandle fd, long length)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(ftruncate_(fd, length));
        }
        while (result.Errno == EINTR);
        return result;
    }

    /// <summary>Brings a file, or the names of a directory, to the disk.</summary>
    internal static SysResult fsync(FdHandle fd)
    {
        SysResult result;
        do
        {
            result = SysResult.OfLibC(fsync_(fd));
        }
        while (result.Errno == EINTR);
        return result;
    }

    internal static SysResult unlinkat(FdHandle directory, string name, int flags) =>
        SysResult.OfLibC(unlinkat_(directory, name, flags));

    /// <summary>Gives a file to another user; its group stays.</summary>
    internal static SysResult fchown(FdHandle fd, uint owner) => SysResult.OfLibC(fchown_(fd, owner, uint.MaxValue));

    /// <summary>Gives what a path leads to, symbolic links followed, a second name that nothing has.</summary>
    internal static SysResult link(string from, string to) =>
        SysResult.OfLibC(linkat_(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW));

    internal static SysResult write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(write_(fd, first, (nuint)bytes.Length));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    /// <summary>The same, and the descriptor stays open as long as the call runs.</summary>
    internal static SysResult write(FdHandle fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(write_(fd, first, (nuint)bytes.Length));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    internal static SysResult read(FdHandle fd, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            SysResult result;
            do
            {
                result = SysResult.OfLibC(read_(fd, first, (nuint)buffer.Length));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint read_(FdHandle fd, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    private static partial int close_(int fd);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int fsync_(FdHandle fd);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat_(FdHandle directory, string name, int flags);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    private static partial int fchown_(FdHandle fd, uint owner, uint group);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int linkat_(int fromDirectory, string from, int toDirectory, string to, int flags);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int ftruncate_(FdHandle fd, long length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint write_(int fd, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint write_(FdHandle fd, byte* bytes, nuint count);
}
