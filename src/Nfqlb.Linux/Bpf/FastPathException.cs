using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Bpf;

/// <summary>The kernel refused the fast path's program, or to attach it.</summary>
/// <remarks>The message is one line: what was tried, the errno's text, and what the verifier said last.</remarks>
public sealed class FastPathException : SystemCallException
{
    /// <summary>Describes the refusal.</summary>
    /// <param name="operation">What was tried.</param>
    /// <param name="errno">Why it failed.</param>
    /// <param name="subject">With what.</param>
    /// <param name="complaint">What libbpf and the verifier said; may be empty.</param>
    internal FastPathException(string operation, int errno, string subject, string complaint)
        : base(operation, errno, subject, $"{operation} {subject}: {TextOf(errno, complaint)}")
    {
    }

    private static string TextOf(int errno, string complaint)
    {
        string text = Marshal.GetPInvokeErrorMessage(errno);
        string? said = complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(line => line.Length > 0 && !line.StartsWith("libbpf:", StringComparison.Ordinal)
                && !line.StartsWith("--", StringComparison.Ordinal)
                && !line.StartsWith("processed ", StringComparison.Ordinal));
        return said is null ? text : $"{text}: {said}";
    }
}
