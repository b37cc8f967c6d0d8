using Microsoft.Win32.SafeHandles;
using Nfqlb.Linux;

namespace Nfqlb.Cli.CommandLine;

/// <summary>A file that a command reads as a whole, or the standard input.</summary>
internal static class InputFile
{
    /// <summary>For the standard input, where a file's name is asked for.</summary>
    public const string StandardInput = "-";

    private const int StandardInputDescriptor = 0;

    /// <summary>What messages call it.</summary>
    public static string NameOf(string path) => path == StandardInput ? "stdin" : path;

    /// <summary>All its bytes; one more than this many where it has more.</summary>
    /// <remarks>A pipe has no length, so that this is what ends one without an end.</remarks>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static byte[] Read(string path, int mostBytes)
    {
        try
        {
            using var stream = path == StandardInput
                ? new FileStream(new SafeFileHandle(StandardInputDescriptor, ownsHandle: false), FileAccess.Read)
                : File.OpenRead(path);
            using var bytes = new MemoryStream();
            var block = new byte[1 << 16];
            int count;
            while (bytes.Length <= mostBytes && (count = stream.Read(block)) > 0)
            {
                bytes.Write(block, 0, count);
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"Invalid file [{PlainText.Visible(path)}]: {FileFailure.Reason(path, e)}", e);
        }
    }
}
