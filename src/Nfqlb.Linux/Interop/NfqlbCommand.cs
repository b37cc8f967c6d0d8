using System.Runtime.InteropServices;
using System.Text;

namespace Nfqlb.Linux.Interop;

/// <summary>Commands without rights, native/command.h, which documents each function.</summary>
internal static unsafe partial class NfqlbCommand
{
    private const string Library = "nfqlb_queue";

    /// <returns>The descriptor that tells of the end, or the errno.</returns>
    internal static SysResult Start(
        IReadOnlyList<string> words, IReadOnlyList<string> environment, out int process, out int output)
    {
        var (texts, starts) = Lay([words, environment]);
        fixed (byte* text = texts)
        {
            byte** pointers = stackalloc byte*[starts.Length];
            for (int i = 0; i < starts.Length; i++)
            {
                pointers[i] = starts[i] < 0 ? null : text + starts[i];
            }
            int id = 0, end = 0;
            var result = SysResult.OfNegatedErrno(
                nfqlb_command_start(pointers, pointers + words.Count + 1, &id, &end));
            (process, output) = (id, end);
            return result;
        }
    }

    internal static bool HasEnded(int process, out int code, out int signal)
    {
        int codeOf = 0, signalOf = 0;
        bool hasEnded = nfqlb_command_has_ended(process, &codeOf, &signalOf) != 0;
        (code, signal) = (codeOf, signalOf);
        return hasEnded;
    }

    /// <returns>True when none is left.</returns>
    internal static bool TryReap(int group) => nfqlb_command_reap(group) != 0;

    /// <summary>The texts one behind the other, each with its NUL, and where each begins; -1 ends a list.</summary>
    private static (byte[] Texts, int[] Starts) Lay(IReadOnlyList<IReadOnlyList<string>> lists)
    {
        var texts = new List<byte>();
        var starts = new List<int>();
        foreach (var list in lists)
        {
            foreach (string text in list)
            {
                starts.Add(texts.Count);
                texts.AddRange(Encoding.UTF8.GetBytes(text));
                texts.Add(0);
            }
            starts.Add(-1);
        }
        return ([.. texts], [.. starts]);
    }

    [LibraryImport(Library)]
    private static partial int nfqlb_command_has_ended(int process, int* code, int* signal);

    [LibraryImport(Library)]
    private static partial int nfqlb_command_reap(int group);

    [LibraryImport(Library)]
    private static partial int nfqlb_command_start(byte** words, byte** environment, int* process, int* output);
}
