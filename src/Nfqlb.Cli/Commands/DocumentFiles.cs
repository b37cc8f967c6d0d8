using Nfqlb.Cli.CommandLine;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Commands;

/// <summary>Files that ask for something, as they were typed.</summary>
internal static class DocumentFiles
{
    /// <summary>Reads all of them.</summary>
    /// <param name="paths">Their names; - for the standard input.</param>
    /// <exception cref="UsageException">The standard input is named twice.</exception>
    /// <exception cref="CommandException">One cannot be read.</exception>
    public static DocumentFile[] Read(IReadOnlyList<string> paths) =>
        paths.Count(path => path == InputFile.StandardInput) <= 1
            ? [.. paths.Select(path =>
                new DocumentFile(InputFile.NameOf(path), InputFile.Read(path, Document.MostBytes)))]
            : throw UsageException.BadValue("file", InputFile.StandardInput, "stdin can be read once");
}
