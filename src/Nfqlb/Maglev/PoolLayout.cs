namespace Nfqlb.Maglev;

/// <summary>Where things stand in a pool's segment. Native byte order; all offsets in bytes.</summary>
/// <remarks>
/// <code>
///    0  magic (8)   version (4)   M (4)   N (4)   identity (4)   size of the segment (8)   check sum (8)   seed (16)
///   64  generation (8)   retired (4)                              on a cache line of their own
///  128  side 0:  own mark (4)   min active (4)   when empty (4)   padded to 64
///                marks by slot, N * 4
///                attributes by slot, N * 8: weight (2)   priority (2)   state (1)   health (1)   spare (2)
///                names by slot, N * 64, of keyed pools alone: length (1)   ASCII (63)
///                entries, M * 2                                  each part padded to 64 bytes
///       side 1:  the same
/// </code>
/// The side in force is generation mod 2. A writer fills the other one and then adds 1 to the generation.
/// O(M + N) bytes: a pool with M = 10,000 and N = 100 takes 43 KB, where nfqlb 1.2.0 took 4 MB.
/// <para>
/// Version 1 had the own mark where the identity is now, and marks and entries alone in its sides. Such a segment is
/// still read and written as it is, for the sake of a balancer of that version that has it open.
/// </para>
/// </remarks>
internal readonly struct PoolLayout
{
    public const ulong ExpectedMagic = 0x6c6f6f_706c_716e_66; // "fnqlpool" in a little-endian dump
    public const int OldVersion = 1;
    public const int CurrentVersion = 2;

    public const int Magic = 0;
    public const int Version = 8;
    public const int Entries = 12;
    public const int Slots = 16;
    public const int Identity = 20;
    public const int SizeBytes = 24;
    public const int CheckSum = 32;
    public const int Seed = 40;
    public const int Generation = 64;
    public const int Retired = 72;
    public const int HeaderBytes = 128;

    public const int NameBytes = 64;

    private const int OldOwnMark = 20;
    private const int CacheLine = 64;
    private const int SettingsBytes = CacheLine;
    private const int MinActive = 4;
    private const int WhenEmpty = 8;
    private const int AttributesBytes = sizeof(ulong);

    // Reckoned once: every packet needs them.
    private readonly int _firstMark;
    private readonly int _attributes;
    private readonly int _names;
    private readonly int _entries;
    private readonly int _side;

    public PoolLayout(PoolShape shape, int version = CurrentVersion)
    {
        int slots = shape.Size.Slots;
        IsOld = version == OldVersion;
        HasNames = shape.Seed is not null;
        EntriesBytes = shape.Size.Entries * sizeof(ushort);
        _firstMark = HeaderBytes + (IsOld ? 0 : SettingsBytes);
        _attributes = Padded(slots * sizeof(int));
        _names = _attributes + (IsOld ? 0 : Padded(slots * AttributesBytes));
        _entries = _names + (HasNames ? slots * NameBytes : 0);
        _side = _firstMark - HeaderBytes + _entries + Padded(EntriesBytes);
    }

    /// <summary>Has nothing but marks and entries in its sides.</summary>
    public bool IsOld { get; }

    public bool HasNames { get; }

    public int EntriesBytes { get; }

    public int TotalBytes => HeaderBytes + 2 * _side;

    public int OwnMarkOffset(ulong generation) => IsOld ? OldOwnMark : SideOffset(generation);

    public int MinActiveOffset(ulong generation) => SideOffset(generation) + MinActive;

    public int WhenEmptyOffset(ulong generation) => SideOffset(generation) + WhenEmpty;

    public int MarkOffset(ulong generation, int slot) => MarksOffset(generation) + slot * sizeof(int);

    public int AttributesOffset(ulong generation, int slot) =>
        MarksOffset(generation) + _attributes + slot * AttributesBytes;

    public int NameOffset(ulong generation, int slot) => MarksOffset(generation) + _names + slot * NameBytes;

    public int EntriesOffset(ulong generation) => MarksOffset(generation) + _entries;

    private int SideOffset(ulong generation) => HeaderBytes + (int)(generation & 1) * _side;

    private int MarksOffset(ulong generation) => _firstMark + (int)(generation & 1) * _side;

    private static int Padded(int bytes) => (bytes + CacheLine - 1) / CacheLine * CacheLine;
}
