using System.Buffers.Binary;
using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>A segment of version 1, as it was written before there were weights: written down a second time.</summary>
internal static class OldSegment
{
    public const int OwnMarkAt = 20;
    public const int OwnMark = 77;

    /// <summary>With the same table in both sides.</summary>
    public static byte[] Bytes(PoolSize size, ulong generation, params int[] marks)
    {
        static int Padded(int length) => (length + 63) / 64 * 64;
        int[] table = TextbookTable.OfPool(size, marks);
        int marksBytes = Padded(4 * size.Slots), side = marksBytes + Padded(2 * size.Entries);
        byte[] bytes = new byte[128 + 2 * side];
        "fnqlpool"u8.CopyTo(bytes);
        ulong sizes = (ulong)size.Entries << 32 | (uint)size.Slots;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), size.Entries);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), size.Slots);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(OwnMarkAt), OwnMark);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), unchecked(sizes * 0x9e37_79b9_7f4a_7c15));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(64), generation);
        for (int start = 128; start < bytes.Length; start += side)
        {
            for (int slot = 0; slot < size.Slots; slot++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(start + 4 * slot), marks[slot]);
            }
            for (int entry = 0; entry < size.Entries; entry++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(
                    bytes.AsSpan(start + marksBytes + 2 * entry), (short)table[entry]);
            }
        }
        return bytes;
    }
}
