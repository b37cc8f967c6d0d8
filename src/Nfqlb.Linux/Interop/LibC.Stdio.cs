using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <remarks>stdio.h</remarks>
internal static unsafe partial class LibC
{
    internal static SysResult rename(string from, string to) => SysResult.OfLibC(rename_(from, to));

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename_(string from, string to);
}
