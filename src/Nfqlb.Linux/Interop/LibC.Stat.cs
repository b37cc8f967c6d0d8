using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/stat.h. statx, because its struct is the same on every architecture and libc; stat's is not.</remarks>
internal static unsafe partial class LibC
{
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_INO = 0x100;
    internal const uint STATX_SIZE = 0x200;

    /// <summary>Size, inode and device of an open file.</summary>
    internal static SysResult fstat(FdHandle fd, out statx attributes)
    {
        fixed (statx* buffer = &attributes)
        {
            byte emptyPath = 0;
            return SysResult.OfLibC(statx_(fd, &emptyPath, AT_EMPTY_PATH, STATX_INO | STATX_SIZE, buffer));
        }
    }

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int statx_(FdHandle directory, byte* path, int flags, uint mask, statx* buffer);

#pragma warning disable CS8981 // The name is C's.
    /// <summary>The fields that are read here, of 256 bytes that the kernel writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct statx
    {
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
