using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/stat.h. statx, because its struct is the same on every architecture and libc; stat's is not.</remarks>
internal static unsafe partial class LibC
{
    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_FOLLOW = 0x400;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_TYPE = 0x1;
    internal const uint STATX_MODE = 0x2;
    internal const uint STATX_UID = 0x8;
    internal const uint STATX_INO = 0x100;
    internal const uint STATX_SIZE = 0x200;
    internal const int S_IFMT = 0xf000;
    internal const int S_IFDIR = 0x4000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFLNK = 0xa000;
    internal const int S_IFSOCK = 0xc000;

    /// <summary>Type, mode, owner, size, inode and device of an open file.</summary>
    internal static SysResult fstat(FdHandle fd, out statx attributes)
    {
        fixed (statx* buffer = &attributes)
        {
            byte emptyPath = 0;
            const uint wanted = STATX_TYPE | STATX_MODE | STATX_UID | STATX_INO | STATX_SIZE;
            return SysResult.OfLibC(statx_(fd, &emptyPath, AT_EMPTY_PATH, wanted, buffer));
        }
    }

    internal static SysResult mkdir(string path, uint mode) => SysResult.OfLibC(mkdir_(path, mode));

    internal static SysResult fchmod(FdHandle fd, uint mode) => SysResult.OfLibC(fchmod_(fd, mode));

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir_(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int fchmod_(FdHandle fd, uint mode);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int statx_(FdHandle directory, byte* path, int flags, uint mask, statx* buffer);

#pragma warning disable CS8981 // The name is C's.
    /// <summary>The fields that are read here, of 256 bytes that the kernel writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct statx
    {
        [FieldOffset(20)]
        internal uint stx_uid;

        [FieldOffset(28)]
        internal ushort stx_mode;

        [FieldOffset(32)]
        internal ulong stx_ino;

        [FieldOffset(40)]
        internal ulong stx_size;

        [FieldOffset(136)]
        internal uint stx_dev_major;

        [FieldOffset(140)]
        internal uint stx_dev_minor;
    }
#pragma warning restore CS8981
}
