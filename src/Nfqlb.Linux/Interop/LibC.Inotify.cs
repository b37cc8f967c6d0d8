using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>sys/inotify.h</remarks>
internal static unsafe partial class LibC
{
    internal const int IN_NONBLOCK = 0x800;
    internal const int IN_CLOEXEC = 0x80000;
    internal const uint IN_ATTRIB = 0x4;
    internal const uint IN_CLOSE_WRITE = 0x8;
    internal const uint IN_MOVED_FROM = 0x40;
    internal const uint IN_MOVED_TO = 0x80;
    internal const uint IN_CREATE = 0x100;
    internal const uint IN_DELETE = 0x200;
    internal const uint IN_DELETE_SELF = 0x400;
    internal const uint IN_MOVE_SELF = 0x800;
    internal const uint IN_ONLYDIR = 0x1000000;

    internal static SysResult inotify_init1(int flags) => SysResult.OfLibC(inotify_init1_(flags));

    internal static SysResult inotify_add_watch(FdHandle fd, string path, uint mask) =>
        SysResult.OfLibC(inotify_add_watch_(fd, path, mask));

    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int inotify_init1_(int flags);

    [LibraryImport(
        Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch_(FdHandle fd, string path, uint mask);
}
