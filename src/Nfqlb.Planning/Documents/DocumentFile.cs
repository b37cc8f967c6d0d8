namespace Nfqlb.Planning.Documents;

/// <summary>A file that asks for something, or a part of it.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Utf8">All of it.</param>
public sealed record DocumentFile(string Name, byte[] Utf8)
{
    /// <summary>The same names and bytes, in the same order.</summary>
    public static bool AreSame(IReadOnlyList<DocumentFile> files, IReadOnlyList<DocumentFile> others)
    {
        bool areSame = files.Count == others.Count;
        for (int i = 0; areSame && i < files.Count; i++)
        {
            areSame = files[i].Name == others[i].Name && files[i].Utf8.AsSpan().SequenceEqual(others[i].Utf8);
        }
        return areSame;
    }
}
