using System.Runtime.InteropServices;

namespace Nfqlb.Tests.Support;

/// <summary>The C library, asked as an oracle for what nfqlb 1.2.0 took from it, and for a guard page.</summary>
internal static unsafe partial class LibC
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int PROT_NONE = 0;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_PRIVATE = 2;
    public const int MAP_ANONYMOUS = 0x20;
    public const int EFAULT = 14;

    private const int LongestAddressText = 46;

    [LibraryImport("libc")]
    public static partial void srand(uint seed);

    [LibraryImport("libc")]
    public static partial int rand();

    [LibraryImport("libc", SetLastError = true)]
    public static partial byte* mmap(byte* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mprotect(byte* address, nuint length, int protection);

    [LibraryImport("libc")]
    public static partial int munmap(byte* address, nuint length);

    /// <summary>Reads a path; -1 with EFAULT where the path may not be read.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int access(byte* path, int mode);

    /// <summary>inet_pton(3): the address in network order, null where the text is none of this family.</summary>
    public static byte[]? ParseAddress(int family, string text)
    {
        var bytes = new byte[family == AF_INET ? 4 : 16];
        fixed (byte* destination = bytes)
        {
            return inet_pton(family, text, destination) == 1 ? bytes : null;
        }
    }

    /// <summary>inet_ntop(3) of an IPv6 address.</summary>
    public static string PrintIpv6(byte[] address)
    {
        byte* text = stackalloc byte[LongestAddressText];
        fixed (byte* source = address)
        {
            inet_ntop(AF_INET6, source, text, LongestAddressText);
        }
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inet_pton(int family, string source, byte* destination);

    [LibraryImport("libc")]
    private static partial byte* inet_ntop(int family, byte* source, byte* destination, uint size);
}
