using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Bytes that end where unreadable memory begins: reading past them ends the test run with SIGSEGV.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PROT_NONE = 0;
    private const int PROT_READ_WRITE = 3;
    private const int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static readonly nuint PageBytes = (nuint)Environment.SystemPageSize;
    private readonly byte* _pages;

    public GuardedMemory()
    {
        _pages = mmap(null, 2 * PageBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        Assert.False((nint)_pages == -1, "mmap failed");
        Assert.Equal(0, mprotect(_pages + PageBytes, PageBytes, PROT_NONE));
    }

    /// <summary>Copies bytes flush against the unreadable page; at most a page.</summary>
    public byte* Place(ReadOnlySpan<byte> bytes)
    {
        byte* start = _pages + PageBytes - bytes.Length;
        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        return start;
    }

    public void Dispose() => Assert.Equal(0, munmap(_pages, 2 * PageBytes));

    [LibraryImport("libc")]
    private static partial byte* mmap(byte* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc")]
    private static partial int mprotect(byte* address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(byte* address, nuint length);
}
