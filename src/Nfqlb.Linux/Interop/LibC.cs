namespace Nfqlb.Linux.Interop;

/// <summary>The part of the C library this program calls, one file per header, under its C names.</summary>
/// <remarks>
/// An extern is private and has one caller, the wrapper above it, which turns -1 and errno into a
/// <see cref="SysResult"/> and takes up again what a signal interrupted. Constants and structs are compared with the
/// system's own headers by <c>AbiTests</c>: a nested struct must carry its C name and the C names of its fields.
/// </remarks>
internal static unsafe partial class LibC
{
    /// <summary>Found by the runtime as libc.so.6; may be linked directly (DirectPInvoke) in an AOT build.</summary>
    private const string Library = "libc";
}
