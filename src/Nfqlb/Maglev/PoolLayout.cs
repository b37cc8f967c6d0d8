namespace Nfqlb.Maglev;

/// <summary>Where things stand in a pool's segment. Native byte order; all offsets in bytes.</summary>
/// <remarks>
/// <code>
///    0  magic (8)   version (4)   M (4)   N (4)   own mark (4)   size of the segment (8)   check sum (8)
///   64  generation (8)   retired (4)                              on a cache line of their own
///  128  side 0:  marks by slot, N * 4, then entries, M * 2        each part padded to 64 bytes
///       side 1:  the same
/// </code>
/// The side in force is generation mod 2. A writer fills the other one and then adds 1 to the generation.
/// O(M + N) bytes: a pool with M = 10,000 and N = 100 takes 41 KB, where nfqlb 1.2.0 took 4 MB.
/// </remarks>
internal readonly struct PoolLayout(PoolSize size)
{
    public const ulong ExpectedMagic = 0x6c6f6f_706c_716e_66; // "fnqlpool" in a little-endian dump
    public const uint ExpectedVersion = 1;

    public const int Magic = 0;
    public const int Version = 8;
    public const int Entries = 12;
    public const int Slots = 16;
    public const int OwnMark = 20;
    public const int SizeBytes = 24;
    public const int CheckSum = 32;
    public const int Generation = 64;
    public const int Retired = 72;
    public const int HeaderBytes = 128;

    private const int CacheLine = 64;

    // Reckoned once: every packet needs them.
    private readonly int _entriesOfSide = Padded(size.Slots * sizeof(int));
    private readonly int _side = Padded(size.Slots * sizeof(int)) + Padded(size.Entries * sizeof(ushort));

    public int EntriesBytes { get; } = size.Entries * sizeof(ushort);

    public int TotalBytes => HeaderBytes + 2 * _side;

    public int MarksOffset(ulong generation) => HeaderBytes + (int)(generation & 1) * _side;

    public int EntriesOffset(ulong generation) => MarksOffset(generation) + _entriesOfSide;

    private static int Padded(int bytes) => (bytes + CacheLine - 1) / CacheLine * CacheLine;
}
