using Nfqlb.Planning.Documents;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>Where it is written what is asked for.</summary>
public interface ISource
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>Its files and directories, by their whole paths.</summary>
    IReadOnlyList<string> Paths { get; }

    /// <summary>The directories in which a change of it shows.</summary>
    IReadOnlyList<string> Directories { get; }

    /// <summary>All files of it as they are now.</summary>
    /// <exception cref="SourceException">One cannot be read, or there is none.</exception>
    IReadOnlyList<DocumentFile> Read();
}
