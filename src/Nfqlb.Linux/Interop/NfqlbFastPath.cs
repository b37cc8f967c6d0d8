using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <summary>The fast path's shim, native/fastpath/nfqlb_fastpath.h, which documents each function.</summary>
/// <remarks>Linked and tested as <see cref="NfqlbQueue"/> is. Nothing here sets errno: results are -errno.</remarks>
internal static unsafe partial class NfqlbFastPath
{
    internal const uint NFQLB_FASTPATH_CONTROL = 0;
    internal const uint NFQLB_FASTPATH_IMAGE = 1;
    internal const uint NFQLB_FASTPATH_POOLS = 2;
    internal const uint NFQLB_FASTPATH_OUTCOMES = 3;
    internal const uint NFQLB_FASTPATH_FLOWS = 4;
    internal const uint NFQLB_FASTPATH_TARGETS = 5;
    internal const uint NFQLB_FASTPATH_EXITS = 6;
    internal const uint NFQLB_FASTPATH_MAPS = 7;

    internal const int NFQLB_FASTPATH_NONE = 0;
    internal const int NFQLB_FASTPATH_OURS = 1;
    internal const int NFQLB_FASTPATH_OTHERS = 2;

    private const string Library = "nfqlb_fastpath";

    /// <param name="program">The object; empty for the one that is built in.</param>
    /// <param name="complaint">Gets what libbpf and the verifier say, ended by a NUL.</param>
    /// <param name="loaded">The program; null when it was refused.</param>
    internal static SysResult Load(
        ReadOnlySpan<byte> program, Span<byte> complaint, out NfqlbFastPathHandle? loaded)
    {
        nint opened = 0;
        int result;
        fixed (byte* bytes = program, text = complaint)
        {
            result = nfqlb_fastpath_load(bytes, (ulong)program.Length, text, (uint)complaint.Length, &opened);
        }
        loaded = result >= 0 ? new NfqlbFastPathHandle(opened) : null;
        return SysResult.OfNegatedErrno(result);
    }

    internal static SysResult Map(NfqlbFastPathHandle program, uint map) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_map(program, map));

    internal static int Rows(NfqlbFastPathHandle program) => nfqlb_fastpath_rows(program);

    internal static SysResult VerifiedInstructions(NfqlbFastPathHandle program) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_verified_instructions(program));

    internal static SysResult Try(NfqlbFastPathHandle program, ReadOnlySpan<byte> frame, ref nfqlb_fastpath_trial trial)
    {
        fixed (byte* bytes = frame)
        fixed (nfqlb_fastpath_trial* tried = &trial)
        {
            tried->frame = bytes;
            tried->frame_length = (uint)frame.Length;
            return SysResult.OfNegatedErrno(nfqlb_fastpath_try(program, tried));
        }
    }

    internal static SysResult Attach(NfqlbFastPathHandle program, int link) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_attach(program, link));

    internal static SysResult AttachFilter(NfqlbFastPathHandle program, int link) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_attach_filter(program, link));

    internal static SysResult DetachFilter(NfqlbFastPathHandle program, int link) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_detach_filter(program, link));

    internal static SysResult FilterAt(NfqlbFastPathHandle program, int link) =>
        SysResult.OfNegatedErrno(nfqlb_fastpath_filter_at(program, link));

    internal static SysResult LinkOf(FdHandle tcx) => SysResult.OfNegatedErrno(nfqlb_fastpath_link_of(tcx));

    internal static SysResult InFront(NfqlbFastPathHandle program, int link, out uint other, out uint otherLink)
    {
        fixed (uint* id = &other, tcx = &otherLink)
        {
            (*id, *tcx) = (0, 0);
            return SysResult.OfNegatedErrno(nfqlb_fastpath_in_front(program, link, id, tcx));
        }
    }

    internal static SysResult WaitForRunning() => SysResult.OfNegatedErrno(nfqlb_fastpath_wait_for_running());

    internal static void Free(nint program) => nfqlb_fastpath_free(program);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_load(
        byte* program, ulong object_size, byte* complaint, uint complaint_size, nint* loaded);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_map(NfqlbFastPathHandle program, uint map);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_rows(NfqlbFastPathHandle program);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_verified_instructions(NfqlbFastPathHandle program);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_try(NfqlbFastPathHandle program, nfqlb_fastpath_trial* trial);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_attach(NfqlbFastPathHandle program, int link_index);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_attach_filter(NfqlbFastPathHandle program, int link_index);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_detach_filter(NfqlbFastPathHandle program, int link_index);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_filter_at(NfqlbFastPathHandle program, int link_index);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_link_of(FdHandle descriptor);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_in_front(
        NfqlbFastPathHandle program, int link_index, uint* other, uint* link);

    [LibraryImport(Library)]
    private static partial int nfqlb_fastpath_wait_for_running();

    [LibraryImport(Library)]
    private static partial void nfqlb_fastpath_free(nint program);

    /// <summary>A packet to try the program with, and what became of it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct nfqlb_fastpath_trial
    {
        internal byte* frame;
        internal uint frame_length;
        internal uint repeat;
        internal uint mark;
        internal uint gso_segments;
        internal int action;
        internal uint nanoseconds;
    }
}
