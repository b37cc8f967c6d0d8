using System.Text;
using Nfqlb.Linux;

namespace Nfqlb.Cli.CommandLine;

/// <summary>Standard output and standard error as text; every line goes out at once.</summary>
internal static class Output
{
    /// <summary>What was asked for.</summary>
    public static TextWriter Answer { get; } = Writer(StandardStream.Output);

    /// <summary>What went wrong.</summary>
    public static TextWriter Complaint { get; } = Writer(StandardStream.Error);

    /// <remarks>For any thread.</remarks>
    private static TextWriter Writer(Stream stream) => TextWriter.Synchronized(
        new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
}
