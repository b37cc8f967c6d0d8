using Nfqlb.Linux;
using Nfqlb.Planning.Documents;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>Files, and directories of files: their `*.yaml`, `*.yml` and `*.json`, in the order of their names, but for
/// those that begin with a dot.</summary>
/// <param name="paths">As they were typed.</param>
public sealed class SourceFiles(IReadOnlyList<string> paths) : ISource
{
    private const int MostFiles = 1000;

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <inheritdoc/>
    public string Name => string.Join(", ", paths);

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths => [.. paths.Select(Path.GetFullPath)];

    /// <summary>Those of the files, and where links lead, of what they lead to: files are replaced by a rename, and
    /// Kubernetes does so with a link to a directory.</summary>
    public IReadOnlyList<string> Directories
    {
        get
        {
            var directories = new HashSet<string>();
            foreach (string path in paths)
            {
                string full = Path.GetFullPath(path);
                string[] files = Directory.Exists(full) ? [Path.Combine(full, "."), .. FilesOf(full)] : [full];
                foreach (string file in files)
                {
                    directories.Add(Path.GetDirectoryName(file)!);
                    if (TargetOf(file) is { } target)
                    {
                        directories.Add(Path.GetDirectoryName(target)!);
                    }
                }
            }
            return [.. directories];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DocumentFile> Read()
    {
        var files = new List<DocumentFile>();
        long bytes = 0;
        foreach (string path in paths)
        {
            bool isDirectory = Directory.Exists(path);
            string[] found = isDirectory ? FilesOf(path) : [path];
            if (found.Length is 0 or > MostFiles)
            {
                throw new SourceException($"{PlainText.Visible(path)}: "
                    + (found.Length == 0 ? "no *.yaml, *.yml or *.json in it" : $"more than {MostFiles} files"));
            }
            foreach (string file in found)
            {
                var document = new DocumentFile(file, Read(file));
                bytes += document.Utf8.Length;
                if (files.Count > 0 && bytes > Document.MostBytes)
                {
                    throw new SourceException($"{PlainText.Visible(file)}: with it, the files are longer than "
                        + $"{Document.MostBytes >> 20} MiB");
                }
                files.Add(document);
            }
        }
        return files;
    }

    private static string[] FilesOf(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory)
                    .Where(file => Extensions.Contains(Path.GetExtension(file))
                        && !Path.GetFileName(file).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{PlainText.Visible(directory)}: {FileFailure.Reason(directory, e)}", e);
        }
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It is not there, leads in a circle, or is not for this user: reading says so.
        }
    }

    /// <remarks>One byte more than a document may have is enough to refuse it.</remarks>
    private static byte[] Read(string path)
    {
        try
        {
            using var stream = RegularFile.OpenRead(path);
            using var bytes = new MemoryStream();
            var block = new byte[1 << 16];
            int count;
            while (bytes.Length <= Document.MostBytes && (count = stream.Read(block)) > 0)
            {
                bytes.Write(block, 0, count);
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SourceException($"{PlainText.Visible(path)}: {FileFailure.Reason(path, e)}", e);
        }
    }
}
