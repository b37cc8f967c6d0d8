using System.Text;

namespace Nfqlb.Cli.CommandLine;

/// <summary>Standard output and standard error.</summary>
/// <remarks>Not <see cref="Console.Out"/>: that prepares a terminal for cursor keys, by escape sequences that nobody
/// asked for and a look into terminfo that costs start-up time.</remarks>
internal static class Output
{
    /// <summary>What was asked for.</summary>
    public static TextWriter Answer { get; } = Writer(Console.OpenStandardOutput());

    /// <summary>What went wrong: lines, each at once.</summary>
    public static TextWriter Complaint { get; } = Writer(Console.OpenStandardError());

    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
