using System.Runtime.InteropServices;

namespace Nfqlb.EndToEnd.Model;

/// <summary>The C library's own rand(), as a program sees it that never calls srand().</summary>
/// <remarks>ISO C 7.22.2.2: unseeded rand() gives the sequence of srand(1). The state belongs to the process.</remarks>
internal static class LibcRandom
{
    private static readonly Lock State = new();

    /// <summary>The first numbers after the start of a program.</summary>
    public static int[] FirstNumbers(int count)
    {
        lock (State)
        {
            Seed(1);
            return [.. Enumerable.Range(0, count).Select(_ => Next())];
        }
    }

    [DllImport("libc", EntryPoint = "srand")]
    private static extern void Seed(uint seed);

    [DllImport("libc", EntryPoint = "rand")]
    private static extern int Next();
}
