using Nfqlb.Packets;

namespace Nfqlb.Maglev;

public sealed partial class PoolSegment
{
    /// <summary>How many bytes a pool takes.</summary>
    public static int BytesFor(PoolShape shape) => new PoolLayout(shape).TotalBytes;

    /// <summary>How many bytes a pool takes that knows its targets by slot.</summary>
    public static int BytesFor(PoolSize size) => BytesFor(new PoolShape(size));

    /// <summary>Makes an empty pool that knows its targets by slot.</summary>
    /// <exception cref="SegmentException">The size is not one a pool can have.</exception>
    public static PoolSegment Format(Memory<byte> bytes, PoolSize size, int ownMark) =>
        Format(bytes, new PoolShape(size), new PoolSettings(ownMark));

    /// <summary>Makes an empty pool of zeroed bytes.</summary>
    /// <remarks>The magic is written last, so that whoever looks meanwhile sees an unfinished segment.</remarks>
    /// <exception cref="SegmentException">The size is not one a pool can have.</exception>
    public static PoolSegment Format(Memory<byte> bytes, PoolShape shape, PoolSettings settings)
    {
        if (!shape.Size.IsValid(out string reason))
        {
            throw new SegmentException(reason);
        }
        var segment = new PoolSegment(bytes[..BytesFor(shape)], shape, PoolLayout.CurrentVersion);
        segment.Int32At(PoolLayout.Version) = PoolLayout.CurrentVersion;
        segment.Int32At(PoolLayout.Entries) = shape.Size.Entries;
        segment.Int32At(PoolLayout.Slots) = shape.Size.Slots;
        segment.Int32At(PoolLayout.Identity) = shape.Seed is null ? 0 : 1;
        segment.UInt64At(PoolLayout.SizeBytes) = (ulong)BytesFor(shape);
        segment.UInt64At(PoolLayout.Seed) = shape.Seed?.K0 ?? 0;
        segment.UInt64At(PoolLayout.Seed + sizeof(ulong)) = shape.Seed?.K1 ?? 0;
        segment.UInt64At(PoolLayout.CheckSum) = CheckSumOf(shape);
        // Both sides, so that neither holds zeros, which would be taken for entries and marks.
        segment.Entries(bytes.Span, 0).Fill(LookupTable.Free);
        segment.Entries(bytes.Span, 1).Fill(LookupTable.Free);
        var nobody = PoolContent.Empty(shape, settings);
        segment.Publish(nobody);
        segment.Publish(nobody);
        Volatile.Write(ref segment.UInt64At(PoolLayout.Magic), PoolLayout.ExpectedMagic);
        return segment;
    }

    /// <summary>Looks at a segment that somebody else made, trusting nothing in it.</summary>
    /// <exception cref="SegmentException">Foreign, unfinished, of another version, or of a size that does not
    /// fit.</exception>
    public static PoolSegment Open(Memory<byte> bytes)
    {
        if (bytes.Length < PoolLayout.HeaderBytes)
        {
            throw new SegmentException($"not a pool: only {bytes.Length} bytes");
        }
        var header = new PoolSegment(bytes, default, PoolLayout.CurrentVersion);
        if (Volatile.Read(ref header.UInt64At(PoolLayout.Magic)) != PoolLayout.ExpectedMagic)
        {
            throw new SegmentException("not a pool, or one whose init did not finish");
        }
        uint version = (uint)header.Int32At(PoolLayout.Version);
        if (version is not (PoolLayout.OldVersion or PoolLayout.CurrentVersion))
        {
            throw new SegmentException($"a pool of version {version}, expected {PoolLayout.CurrentVersion}");
        }
        bool isOld = version == PoolLayout.OldVersion;
        var size = new PoolSize(header.Int32At(PoolLayout.Entries), header.Int32At(PoolLayout.Slots));
        var shape = new PoolShape(size, isOld ? null : header.ReadSeed());
        ulong checkSum = isOld ? OldCheckSumOf(size) : CheckSumOf(shape);
        if (!size.IsValid(out string reason) || header.UInt64At(PoolLayout.CheckSum) != checkSum)
        {
            throw new SegmentException($"a damaged pool: M={size.Entries}, N={size.Slots} {reason}".TrimEnd());
        }
        int expected = new PoolLayout(shape, (int)version).TotalBytes;
        if (bytes.Length < expected || header.UInt64At(PoolLayout.SizeBytes) != (ulong)expected)
        {
            throw new SegmentException($"a damaged pool: {bytes.Length} bytes where M and N need {expected}");
        }
        return new PoolSegment(bytes[..expected], shape, (int)version);
    }

    private HashSeed? ReadSeed() => Int32At(PoolLayout.Identity) switch
    {
        0 => null,
        1 => new HashSeed(UInt64At(PoolLayout.Seed), UInt64At(PoolLayout.Seed + sizeof(ulong))),
        var other => throw new SegmentException($"a damaged pool: identity {other}"),
    };

    /// <summary>Each step can be undone, so one word that differs gives another sum.</summary>
    private static ulong CheckSumOf(PoolShape shape)
    {
        ulong sum = PoolLayout.CurrentVersion;
        void Add(ulong word)
        {
            sum = unchecked((sum ^ word) * 0x9e37_79b9_7f4a_7c15);
            sum ^= sum >> 29;
        }
        Add((ulong)shape.Size.Entries << 32 | (uint)shape.Size.Slots);
        Add(shape.Seed is null ? 0u : 1u);
        Add(shape.Seed?.K0 ?? 0);
        Add(shape.Seed?.K1 ?? 0);
        return sum;
    }

    private static ulong OldCheckSumOf(PoolSize size) =>
        unchecked(((ulong)size.Entries << 32 | (uint)size.Slots) * 0x9e37_79b9_7f4a_7c15);
}
