using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>Shared memory of other processes, seen as a span.</summary>
/// <remarks>
/// <para>
/// Others write it at any time: read a word once into a local and check that value, use aligned
/// <see cref="Volatile"/> or <see cref="Interlocked"/> access where order counts, and never trust a length or an
/// index found in it.
/// </para>
/// <para>
/// Unmapped when disposed, or when nothing refers to it any more. A span does not keep its owner alive, so whoever
/// reads through one calls <see cref="GC.KeepAlive"/> on the owner behind the last access.
/// </para>
/// </remarks>
public sealed unsafe class MappedMemory : MemoryManager<byte>
{
    private readonly string _path;
    private byte* _address;

    private MappedMemory(byte* address, int lengthBytes, bool isReadOnly, string path)
    {
        _address = address;
        _path = path;
        LengthBytes = lengthBytes;
        IsReadOnly = isReadOnly;
    }

    /// <summary>A pool that was replaced while packets flow has no better moment to be unmapped.</summary>
    [SuppressMessage("Reliability", "CA2015", Justification = "Readers keep the owner alive, as the remarks demand.")]
    ~MappedMemory() => Dispose(disposing: false);

    /// <summary>How many bytes are mapped; the segment may have grown since.</summary>
    public int LengthBytes { get; }

    /// <summary>True when a store through the span is a fatal SIGSEGV.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The mapped bytes, aligned to a page. Valid until <see cref="IDisposable.Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory was unmapped.</exception>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new Span<byte>(_address, LengthBytes);
    }

    /// <summary>A pointer to one of the bytes; the memory never moves, so nothing is held.</summary>
    /// <param name="elementIndex">Offset in bytes, 0 to <see cref="LengthBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset lies outside.</exception>
    /// <exception cref="ObjectDisposedException">The memory was unmapped.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)LengthBytes, nameof(elementIndex));
        return new MemoryHandle(_address + elementIndex, pinnable: this);
    }

    /// <summary>Does nothing: see <see cref="Pin"/>.</summary>
    public override void Unpin()
    {
    }

    /// <summary>Maps the first bytes of a descriptor, shared.</summary>
    internal static MappedMemory Map(FdHandle descriptor, int lengthBytes, bool isReadOnly, string path)
    {
        int protection = isReadOnly ? LibC.PROT_READ : LibC.PROT_READ | LibC.PROT_WRITE;
        var address = LibC.mmap((nuint)lengthBytes, protection, LibC.MAP_SHARED, descriptor);
        return new MappedMemory((byte*)address.ThrowOnError("mmap", path), lengthBytes, isReadOnly, path);
    }

    /// <summary>Maps the first bytes of a descriptor that somebody else owns, shared, to read and write.</summary>
    internal static MappedMemory MapBorrowed(int descriptor, int lengthBytes, string path)
    {
        using var borrowed = new FdHandle(descriptor, ownsHandle: false);
        return Map(borrowed, lengthBytes, isReadOnly: false, path);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_address is not null)
        {
            byte* address = _address;
            _address = null;
            var result = LibC.munmap(address, (nuint)LengthBytes);
            if (disposing)
            {
                result.ThrowOnError("munmap", _path);
            }
        }
    }
}
