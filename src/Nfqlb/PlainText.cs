namespace Nfqlb;

/// <summary>What names are made of: text that needs no quoting in a shell, a listing or a line of the
/// protocol.</summary>
internal static class PlainText
{
    /// <summary>Why the text is not plain; empty when it is.</summary>
    public static string Complaint(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is <= ' ' or > '~')
            {
                return $"character 0x{(int)c:x2} is not allowed";
            }
            if (c is '"' or '\\' or '\'')
            {
                return $"{c} is not allowed";
            }
        }
        return "";
    }
}
