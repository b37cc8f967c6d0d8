namespace Nfqlb.EndToEnd.Documents;

/// <summary>A fenced block of a document with commands, behind `$ `, and what they print.</summary>
internal static class ConsoleBlock
{
    private const string Fence = "```";
    private const string Prompt = "$ ";

    /// <summary>All typed commands of a document, in order, each with the lines printed below it.</summary>
    public static IReadOnlyList<(string Typed, string Printed)> AllOf(string document)
    {
        var found = new List<(string Typed, string Printed)>();
        bool isInside = false;
        foreach (string line in document.Split('\n'))
        {
            if (line.StartsWith(Fence))
            {
                isInside = line == Fence + "console";
            }
            else if (isInside && line.StartsWith(Prompt))
            {
                found.Add((line[Prompt.Length..], ""));
            }
            else if (isInside)
            {
                found[^1] = (found[^1].Typed, found[^1].Printed + line + '\n');
            }
        }
        return found;
    }
}
