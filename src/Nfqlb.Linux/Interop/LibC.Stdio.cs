using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>stdio.h</remarks>
internal static unsafe partial class LibC
{
    internal static SysResult rename(string from, string to) => SysResult.OfLibC(rename_(from, to));

    internal static SysResult renameat(FdHandle fromDirectory, string from, FdHandle toDirectory, string to) =>
        SysResult.OfLibC(renameat_(fromDirectory, from, toDirectory, to));

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat_(FdHandle fromDirectory, string from, FdHandle toDirectory, string to);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename_(string from, string to);
}
