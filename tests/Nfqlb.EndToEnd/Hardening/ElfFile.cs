using System.Buffers.Binary;
using System.Text;

namespace Nfqlb.EndToEnd.Hardening;

/// <summary>What a 64-bit little-endian ELF file asks of the loader, as elf.h and elf(5) lay it out.</summary>
internal sealed class ElfFile
{
    private const int SectionDynamicSymbols = 11; // SHT_DYNSYM
    private const ushort SharedObject = 3; // ET_DYN: loaded anywhere
    private const ulong BindNow = 0x8, BindNow1 = 0x1, PositionIndependent1 = 0x0800_0000; // DF_, DF_1_

    private readonly byte[] _bytes;
    private readonly Segment[] _segments;
    private readonly ILookup<DynamicTag, ulong> _dynamic;

    private ElfFile(byte[] bytes)
    {
        _bytes = bytes;
        Assert.Equal([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1], bytes[..6]);
        _segments = [.. Table(U64(32), U16(54), U16(56)).Select(at => new Segment(
            (SegmentType)U32(at), (SegmentFlags)U32(at + 4), (int)U64(at + 8), (int)U64(at + 32)))];
        _dynamic = _segments.Where(segment => segment.Type == SegmentType.Dynamic)
            .SelectMany(segment => Table((ulong)segment.Offset, 16, segment.Length / 16))
            .ToLookup(at => (DynamicTag)U64(at), at => U64(at + 8));
        Imports = FindImports();
    }

    private enum SegmentType : uint
    {
        Load = 1,
        Dynamic = 2,
        Stack = 0x6474_e551, // PT_GNU_STACK
        ReadOnlyAfterRelocation = 0x6474_e552, // PT_GNU_RELRO
    }

    [Flags]
    private enum SegmentFlags : uint
    {
        Execute = 1,
        Write = 2,
    }

    private enum DynamicTag : ulong
    {
        TextRelocations = 22,
        BindNow = 24,
        Flags = 30,
        Flags1 = 0x6fff_fffb,
    }

    /// <summary>An executable whose address the kernel draws anew for each process.</summary>
    public bool IsPositionIndependentExecutable =>
        U16(16) == SharedObject && _dynamic[DynamicTag.Flags1].Any(flags => (flags & PositionIndependent1) != 0)
        && !_dynamic.Contains(DynamicTag.TextRelocations);

    /// <summary>All symbols are bound at start, and their addresses cannot be written afterwards.</summary>
    public bool HasFullRelro =>
        Has(SegmentType.ReadOnlyAfterRelocation)
        && (_dynamic.Contains(DynamicTag.BindNow)
            || _dynamic[DynamicTag.Flags].Any(flags => (flags & BindNow) != 0)
            || _dynamic[DynamicTag.Flags1].Any(flags => (flags & BindNow1) != 0));

    /// <summary>No memory can be written and run, nor can the stack. A file that says nothing of its stack gets one
    /// that can.</summary>
    public bool NothingIsWritableAndExecutable =>
        Has(SegmentType.Stack)
        && _segments.Where(segment => segment.Type is SegmentType.Load or SegmentType.Stack)
            .All(segment => !segment.Flags.HasFlag(SegmentFlags.Write | SegmentFlags.Execute));

    /// <summary>The names of the functions and data that other files have to provide.</summary>
    public IReadOnlySet<string> Imports { get; }

    /// <summary>A function that finds the canary on its stack changed ends the process.</summary>
    public bool HasStackCanaries => Imports.Contains("__stack_chk_fail");

    public static ElfFile Read(string path) => new(File.ReadAllBytes(path));

    private HashSet<string> FindImports()
    {
        int[] sections = [.. Table(U64(40), U16(58), U16(60))];
        return [.. from section in sections
            where U32(section + 4) == SectionDynamicSymbols
            let names = (int)U64(sections[U32(section + 40)] + 24)
            from symbol in Table(U64(section + 24), 24, (int)U64(section + 32) / 24)
            where U16(symbol + 6) == 0 // SHN_UNDEF
            select NameAt(names + (int)U32(symbol))];
    }

    private bool Has(SegmentType type) => _segments.Any(segment => segment.Type == type);

    private string NameAt(int offset) =>
        Encoding.ASCII.GetString(_bytes, offset, Array.IndexOf(_bytes, (byte)0, offset) - offset);

    private static IEnumerable<int> Table(ulong start, int entryBytes, int entries) =>
        Enumerable.Range(0, entries).Select(i => (int)start + i * entryBytes);

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset));

    private sealed record Segment(SegmentType Type, SegmentFlags Flags, int Offset, int Length);
}
