using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>The figures of a running balancer's fragment table, in shared memory for others to read.</summary>
/// <remarks>
/// <code>
///    0  magic (8)   version (4)   how many figures (4)
///   64  generation (8)
///  128  side 0: figures of 8 bytes   side 1: the same
/// </code>
/// Native byte order. As in a pool, the generation's parity names the side in force, and a writer fills the other one
/// before it adds 1: a reader sees figures of one moment, also when the writer dies. What they mean is the caller's.
/// </remarks>
public sealed class FragmentStatisticsSegment : IDisposable
{
    private const ulong ExpectedMagic = 0x6761_7266_6c71_6e66; // "fnqlfrag" in a little-endian dump
    private const int ExpectedVersion = 1;

    private const int Magic = 0;
    private const int Version = 8;
    private const int Count = 12;
    private const int Generation = 64;
    private const int Figures = 128;

    /// <summary>The statistics of nfqlb 1.2.0 have neither magic nor version, but no pool is as short.</summary>
    private const int BytesOfNfqlb120 = 72;

    /// <summary>A writer publishes some times a second; one that always does is no balancer.</summary>
    private const int MostAttempts = 1000;

    private readonly MappedMemory _memory;

    private FragmentStatisticsSegment(MappedMemory memory) => _memory = memory;

    /// <summary>Makes sure that a balancer may show its figures under a name, and takes nothing.</summary>
    /// <exception cref="SegmentException">The name is taken by something else, such as a pool, or by another user.
    /// </exception>
    /// <exception cref="SystemCallException">The name may not be used.</exception>
    public static void CheckName(string name)
    {
        using var taken = TryOpenForReading(name);
        if (taken is not null)
        {
            CheckReplaceable(taken);
        }
    }

    /// <summary>Makes a segment that shows some figures from the first.</summary>
    /// <remarks>Always new memory: a balancer that used the name before goes on in its own, out of sight. No lock is
    /// needed for that, so nobody can make it wait.</remarks>
    /// <param name="name">Its name; one of this name is replaced if it held statistics too.</param>
    /// <param name="figures">What it shows. There will always be as many.</param>
    /// <exception cref="SegmentException">As <see cref="CheckName"/> says.</exception>
    /// <exception cref="SystemCallException">There is no room, or the name may not be used.</exception>
    public static FragmentStatisticsSegment Create(string name, ReadOnlySpan<long> figures)
    {
        CheckName(name);
        string unfinished = $"{SegmentName.UnfinishedPrefix}stats-{Path.GetRandomFileName()}";
        using var file = SharedMemorySegment.Create(unfinished);
        try
        {
            file.Resize(BytesFor(figures.Length));
            var memory = file.Map();
            Format(memory.GetSpan(), figures);
            SharedMemorySegment.Rename(unfinished, name);
            return new FragmentStatisticsSegment(memory);
        }
        catch
        {
            SharedMemorySegment.Unlink(unfinished);
            throw;
        }
    }

    /// <summary>The figures published last, all of one moment.</summary>
    /// <param name="name">The segment's name.</param>
    /// <param name="count">How many figures it has to have.</param>
    /// <exception cref="SegmentException">There is none, or it holds something else.</exception>
    /// <exception cref="SystemCallException">It may not be read.</exception>
    public static long[] Read(string name, int count)
    {
        using var file = TryOpenForReading(name) ?? throw new SegmentException("no such segment");
        if (!HoldsStatistics(file))
        {
            throw new SegmentException("not fragment statistics");
        }
        using var memory = file.Map();
        Span<byte> bytes = memory.GetSpan();
        if (Int32At(bytes, Version) != ExpectedVersion || Int32At(bytes, Count) != count
            || bytes.Length < BytesFor(count))
        {
            throw new SegmentException("fragment statistics of another version");
        }
        long[] figures = new long[count];
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            ulong before = Volatile.Read(ref UInt64At(bytes, Generation));
            Span<long> side = Side(bytes, before, count);
            for (int i = 0; i < count; i++)
            {
                figures[i] = Volatile.Read(ref side[i]);
            }
            if (Volatile.Read(ref UInt64At(bytes, Generation)) == before)
            {
                return figures;
            }
        }
        throw new SegmentException("its figures change without a pause");
    }

    /// <summary>Shows other figures from now on; the same are left alone. For one thread at a time.</summary>
    /// <param name="figures">As many as the segment was made for.</param>
    public void Publish(ReadOnlySpan<long> figures)
    {
        Span<byte> bytes = _memory.GetSpan();
        ulong current = UInt64At(bytes, Generation);
        if (figures.SequenceEqual(Side(bytes, current, figures.Length)))
        {
            return;
        }
        Span<long> side = Side(bytes, current + 1, figures.Length);
        for (int i = 0; i < figures.Length; i++)
        {
            // Not before the generation that took this side out of force: each store is ordered behind those before.
            Volatile.Write(ref side[i], figures[i]);
        }
        Volatile.Write(ref UInt64At(bytes, Generation), current + 1);
        GC.KeepAlive(_memory);
    }

    /// <summary>Unmaps the memory. The segment stays, with the figures published last.</summary>
    public void Dispose() => ((IDisposable)_memory).Dispose();

    private static void Format(Span<byte> bytes, ReadOnlySpan<long> figures)
    {
        Int32At(bytes, Version) = ExpectedVersion;
        Int32At(bytes, Count) = figures.Length;
        figures.CopyTo(Side(bytes, generation: 0, figures.Length));
        UInt64At(bytes, Magic) = ExpectedMagic;
    }

    /// <summary>True for figures of this program, of any version, or of nfqlb 1.2.0.</summary>
    internal static bool HoldsFigures(SharedMemorySegment segment) =>
        HoldsStatistics(segment) || (segment.IsRegular && segment.SizeBytes == BytesOfNfqlb120);

    private static void CheckReplaceable(SharedMemorySegment taken)
    {
        taken.ThrowIfForeign();
        if (taken.SizeBytes != 0 && !HoldsFigures(taken))
        {
            throw new SegmentException("taken by something that is no fragment statistics");
        }
    }

    private static bool HoldsStatistics(SharedMemorySegment segment)
    {
        if (!segment.IsRegular || segment.SizeBytes is < Figures or > int.MaxValue)
        {
            return false;
        }
        using var memory = segment.Map();
        return UInt64At(memory.GetSpan(), Magic) == ExpectedMagic;
    }

    private static SharedMemorySegment? TryOpenForReading(string name)
    {
        try
        {
            return SharedMemorySegment.Open(name, readOnly: true);
        }
        catch (SystemCallException e) when (e.Errno == LibC.ENOENT)
        {
            return null;
        }
    }

    private static int BytesFor(int count) => Figures + 2 * count * sizeof(long);

    private static Span<long> Side(Span<byte> bytes, ulong generation, int count) =>
        MemoryMarshal.Cast<byte, long>(bytes[Figures..]).Slice((int)(generation & 1) * count, count);

    private static ref int Int32At(Span<byte> bytes, int offset) =>
        ref MemoryMarshal.AsRef<int>(bytes.Slice(offset, sizeof(int)));

    private static ref ulong UInt64At(Span<byte> bytes, int offset) =>
        ref MemoryMarshal.AsRef<ulong>(bytes.Slice(offset, sizeof(ulong)));
}
