namespace Nfqlb.Planning.Documents;

/// <summary>A file that asks for something, or a part of it.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Utf8">All of it.</param>
public sealed record DocumentFile(string Name, byte[] Utf8);
