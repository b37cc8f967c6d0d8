using System.Security.Cryptography;
using System.Text;

namespace Nfqlb.Planning.Documents;

/// <summary>Tells a document from all others, and how it was read: SHA-256.</summary>
/// <param name="Text">64 hexadecimal digits.</param>
public sealed record DocumentDigest(string Text)
{
    /// <summary>Of the files of a document.</summary>
    /// <param name="files">In their order. What they are called does not matter.</param>
    /// <param name="reading">What else decides what they ask for: options, and the version of the program.</param>
    public static DocumentDigest Of(IEnumerable<DocumentFile> files, string reading)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes(reading));
        foreach (var file in files)
        {
            digest.AppendData(SHA256.HashData(file.Utf8)); // of one length, so nothing moves from one to another
        }
        return new DocumentDigest(Convert.ToHexStringLower(digest.GetHashAndReset()));
    }
}
