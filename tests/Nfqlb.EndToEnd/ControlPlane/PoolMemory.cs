using System.Buffers.Binary;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A pool's segment, read byte by byte as docs/design.md tells it.</summary>
internal sealed class PoolMemory
{
    private const int GenerationAt = 64, SidesAt = 128, CacheLine = 64, SettingsBytes = 64;

    private PoolMemory(byte[] bytes)
    {
        Entries = Int32(bytes, 12);
        Slots = Int32(bytes, 16);
        Generation = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(GenerationAt));
        int slotsBytes = Padded(4 * Slots) + Padded(8 * Slots);
        int side = SidesAt + (int)(Generation % 2) * (SettingsBytes + slotsBytes + Padded(2 * Entries));
        int marks = side + SettingsBytes;
        OwnMark = Int32(bytes, side);
        Marks = [.. Enumerable.Range(0, Slots).Select(i => Int32(bytes, marks + 4 * i))];
        Lookup = [.. Enumerable.Range(0, Entries).Select(
            i => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(marks + slotsBytes + 2 * i)))];
    }

    /// <summary>M.</summary>
    public int Entries { get; }

    /// <summary>N.</summary>
    public int Slots { get; }

    public int OwnMark { get; }

    /// <summary>Counts the tables published.</summary>
    public long Generation { get; }

    /// <summary>By slot, -1 for none.</summary>
    public IReadOnlyList<int> Marks { get; }

    public IReadOnlyList<short> Lookup { get; }

    public static PoolMemory Read(string path) => new(File.ReadAllBytes(path));

    /// <summary>Fails unless marks and table are those that the model fills.</summary>
    public void Check(PoolModel model)
    {
        Assert.Equal((model.Size, model.Marks.Count), (Entries, Slots));
        Assert.Equal(model.Marks.Select(mark => mark ?? -1), Marks);
        Assert.Equal(model.Lookup.Select(slot => (short)(slot ?? -1)), Lookup);
    }

    private static int Int32(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private static int Padded(int bytes) => (bytes + CacheLine - 1) / CacheLine * CacheLine;
}
