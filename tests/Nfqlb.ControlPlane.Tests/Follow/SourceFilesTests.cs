using System.Diagnostics;
using Nfqlb.ControlPlane.Follow;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>Files as they are read from disk.</summary>
public sealed class SourceFilesTests : IDisposable
{
    private const int MostMegabytes = 16;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nfqlb-source-");

    /// <summary>Many that are within their bound take no more memory than one may.</summary>
    [Fact]
    public void Together_they_are_no_longer_than_one_may_be()
    {
        MakeFile("a.yaml", MostMegabytes - 1);
        MakeFile("b.yaml", 1);
        Assert.Equal(2, new SourceFiles([_directory.FullName]).Read().Count);

        MakeFile("c.yaml", 1);
        var refusal = Assert.Throws<SourceException>(() => new SourceFiles([_directory.FullName]).Read());
        Assert.EndsWith($"c.yaml: with it, the files are longer than {MostMegabytes} MiB", refusal.Message);
    }

    /// <summary>Its opening would be waited for, and with it the end of the process.</summary>
    [Fact]
    public void A_fifo_is_refused_at_once()
    {
        string fifo = Path.Combine(_directory.FullName, "a.yaml");
        using (var made = Process.Start("mkfifo", fifo))
        {
            made.WaitForExit();
        }
        Assert.Equal($"{fifo}: not a regular file", ReasonOf(fifo));
    }

    [Fact]
    public void What_cannot_be_read_is_refused_with_the_systems_words()
    {
        string missing = Path.Combine(_directory.FullName, "none.yaml");
        Assert.Equal($"{missing}: No such file or directory", ReasonOf(missing));
        Assert.Equal("/dev/zero: not a regular file", ReasonOf("/dev/zero"));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string ReasonOf(string path) =>
        Assert.Throws<SourceException>(() => new SourceFiles([path]).Read()).Message;

    private void MakeFile(string name, long megabytes)
    {
        using var file = File.Create(Path.Combine(_directory.FullName, name));
        file.SetLength(megabytes << 20);
    }
}
