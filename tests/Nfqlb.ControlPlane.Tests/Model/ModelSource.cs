using System.Text;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.Planning.Documents;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>A file that a test writes; null while it is not there.</summary>
internal sealed class ModelSource : ISource
{
    public string? Text { get; set; }

    public string Name => "model.yaml";

    public IReadOnlyList<string> Paths => ["/etc/model.yaml"];

    public IReadOnlyList<string> Directories => [];

    public IReadOnlyList<DocumentFile> Read() => Text is null
        ? throw new SourceException($"{Name}: No such file or directory")
        : [new DocumentFile(Name, Encoding.UTF8.GetBytes(Text))];
}
