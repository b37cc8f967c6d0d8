using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <summary>C's struct epoll_event: what to wait for, or what has come, and a word that tells of whom.</summary>
/// <remarks>C packs it on x86-64, and there alone, so no one layout of a C# struct is right everywhere.</remarks>
internal readonly record struct EpollEvent(uint Events, ulong Data)
{
    /// <summary>Where the word stands in C's struct.</summary>
    public static readonly int DataOffset =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? sizeof(uint) : sizeof(ulong);

    /// <summary>The bytes of C's struct.</summary>
    public static readonly int Size = DataOffset + sizeof(ulong);

    /// <summary>The event that stands at an index of C's array.</summary>
    public static EpollEvent At(ReadOnlySpan<byte> events, int index)
    {
        var bytes = events.Slice(index * Size, Size);
        return new EpollEvent(MemoryMarshal.Read<uint>(bytes), MemoryMarshal.Read<ulong>(bytes[DataOffset..]));
    }

    /// <summary>Writes C's struct into the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        MemoryMarshal.Write(bytes, Events);
        MemoryMarshal.Write(bytes[DataOffset..], Data);
    }
}
