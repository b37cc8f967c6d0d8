namespace Nfqlb.Flows;

/// <summary>The name of a flow. A leading '#' marks the helper of the flow whose name follows it.</summary>
/// <param name="Text">Made by <see cref="TryParse"/>.</param>
public readonly record struct FlowName(string Text)
{
    private const int MostCharacters = 255;

    /// <summary>True for the name of a helper flow, which nobody but its flow may use.</summary>
    public bool IsHelper => Text.StartsWith('#');

    /// <summary>The name of the flow that catches this flow's UDP-encapsulated packets.</summary>
    public FlowName Helper => new('#' + Text);

    /// <summary>Takes printable ASCII without blanks, quotes and backslashes, that does not begin with '#'.</summary>
    public static bool TryParse(string text, out FlowName name, out string reason)
    {
        name = new FlowName(text);
        reason = text switch
        {
            "" => "empty",
            { Length: > MostCharacters } => $"longer than {MostCharacters} characters",
            ['#', ..] => "a leading '#' is for helper flows",
            _ => PlainText.Complaint(text),
        };
        return reason.Length == 0;
    }

    /// <summary>The name alone.</summary>
    public override string ToString() => Text;
}
