namespace Nfqlb.Tests.Support;

/// <summary>Memory that ends where the process may not read: an over-read by one byte is a SIGSEGV.</summary>
internal sealed unsafe class GuardedBytes : IDisposable
{
    /// <summary>Larger than any packet of the tests.</summary>
    public const int Capacity = 16 * 4096;

    private const int GuardBytes = 4096;
    private readonly byte* _memory;

    public GuardedBytes()
    {
        const int ReadAndWrite = LibC.PROT_READ | LibC.PROT_WRITE;
        const int Anonymous = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS;
        _memory = LibC.mmap(null, Capacity + GuardBytes, ReadAndWrite, Anonymous, -1, 0);
        Assert.True((nint)_memory != -1, "mmap failed");
        Assert.Equal(0, LibC.mprotect(Guard, GuardBytes, LibC.PROT_NONE));
    }

    /// <summary>The first byte that may not be read.</summary>
    public byte* Guard => _memory + Capacity;

    /// <summary>A copy whose last byte is the last one before the guard. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Flush(ReadOnlySpan<byte> bytes)
    {
        var copy = new Span<byte>(Guard - bytes.Length, bytes.Length);
        bytes.CopyTo(copy);
        return copy;
    }

    public void Dispose() => LibC.munmap(_memory, Capacity + GuardBytes);
}
