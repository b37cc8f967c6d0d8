using System.Security.Cryptography;
using System.Text;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Documents;

/// <summary>Tells a document from all others, and how it was read and checked: SHA-256.</summary>
/// <remarks>The code that reads and checks is part of it, not only the version of the program: each build of that code
/// has an identity of its own.</remarks>
/// <param name="Text">64 hexadecimal digits.</param>
public sealed record DocumentDigest(string Text)
{
    /// <summary>Of the files of a document.</summary>
    /// <param name="files">In their order. What they are called does not matter.</param>
    /// <param name="reading">What else decides what they ask for, such as options.</param>
    public static DocumentDigest Of(IEnumerable<DocumentFile> files, string reading)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{CodeOf<DocumentDigest>()} {CodeOf<Flow>()} {reading}"));
        foreach (var file in files)
        {
            digest.AppendData(SHA256.HashData(file.Utf8)); // of one length, so nothing moves from one to another
        }
        return new DocumentDigest(Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    private static Guid CodeOf<T>() => typeof(T).Module.ModuleVersionId;
}
