using System.Buffers.Binary;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Maglev;

/// <summary>Pools in plain memory, and where their bytes stand, written down a second time.</summary>
/// <remarks>Processes of different builds share a segment, so these numbers are a contract.</remarks>
internal static class Pools
{
    public const int VersionAt = 8;
    public const int EntriesAt = 12;
    public const int SlotsAt = 16;
    public const int IdentityAt = 20;
    public const int SizeAt = 24;
    public const int CheckSumEndsAt = 40;
    public const int SeedEndsAt = 56;
    public const int GenerationAt = 64;
    public const int RetiredAt = 72;
    public const int HeaderBytes = 128;

    public static readonly PoolSize Small = new(23, 4);

    /// <summary>A pool with these targets in its first slots.</summary>
    public static PoolSegment Of(PoolSize size, params int[] marks)
    {
        var pool = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        pool.Publish(Slots(size, marks));
        return pool;
    }

    /// <summary>The bytes of such a pool.</summary>
    public static byte[] BytesOf(PoolSize size, params int[] marks)
    {
        var bytes = new byte[PoolSegment.BytesFor(size)];
        PoolSegment.Format(bytes, size, ownMark: 0).Publish(Slots(size, marks));
        return bytes;
    }

    /// <summary>The bytes of a pool with these targets in its first slots.</summary>
    public static byte[] BytesOf(PoolShape shape, params SlotTarget[] targets)
    {
        var bytes = new byte[PoolSegment.BytesFor(shape)];
        var pool = PoolSegment.Format(bytes, shape, new PoolSettings(0));
        pool.Publish(ContentOf(shape, targets));
        return bytes;
    }

    /// <summary>What such a pool is told.</summary>
    public static PoolContent ContentOf(PoolShape shape, params SlotTarget[] targets)
    {
        var nobody = PoolContent.Empty(shape, new PoolSettings(0));
        return targets.Index().Aggregate(nobody, (content, target) => content.With(target.Index, target.Item));
    }

    /// <summary>The marks by slot, -1 where none is left.</summary>
    public static int[] Slots(PoolSize size, params int[] marks) =>
        [.. marks, .. Enumerable.Repeat(-1, size.Slots - marks.Length)];

    /// <summary>The marks by slot, then the slots by entry: all that a pool says.</summary>
    public static (int[] Marks, int[] Entries) Reading(PoolSegment pool)
    {
        var marks = new int[pool.Size.Slots];
        var entries = new int[pool.Size.Entries];
        pool.Read(marks, entries);
        return (marks, entries);
    }

    /// <summary>All that a pool says, in one line.</summary>
    public static string Text(PoolSegment pool)
    {
        var (marks, entries) = Reading(pool);
        return $"own={pool.OwnMark} marks={string.Join(' ', marks)} entries={string.Join(' ', entries)}";
    }

    /// <summary>The bytes that the next writer will fill.</summary>
    public static Span<byte> SideNotInForce(byte[] bytes)
    {
        int sideBytes = (bytes.Length - HeaderBytes) / 2;
        int inForce = (int)(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(GenerationAt)) % 2);
        return bytes.AsSpan(HeaderBytes + (1 - inForce) * sideBytes, sideBytes);
    }

    /// <summary>One of many packets.</summary>
    public static PacketKey Packet(uint number) =>
        new(default, default, IpProtocol.Udp, (ushort)(number >> 16), (ushort)number);

    /// <summary>Where a packet leads, without counting.</summary>
    public static Location Locate(this PoolSegment pool, in PacketKey key) =>
        pool.Locate(pool.HashOf(HashMode.Tuple, key));

    /// <summary>The counted look-up, with null where there is no target.</summary>
    public static FirewallMark? Find(this TargetPool pool, in PacketKey key, int lengthBytes, int worker)
    {
        pool.TryFind(HashMode.Tuple, default, key, out var target);
        if (!target.IsFound)
        {
            return null;
        }
        target.Count(worker, lengthBytes);
        return target.Mark;
    }
}
