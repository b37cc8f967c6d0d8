namespace Nfqlb.Maglev;

/// <summary>The name by which a keyed pool knows a target, on every balancer.</summary>
/// <param name="Text">Made by <see cref="TryParse"/>.</param>
public readonly record struct TargetName(string Text) : IComparable<TargetName>
{
    /// <summary>As long as a label of DNS (RFC 1035 §2.3.4).</summary>
    public const int MostCharacters = 63;

    /// <summary>Takes printable ASCII without blanks, quotes and backslashes.</summary>
    public static bool TryParse(string text, out TargetName name, out string reason)
    {
        name = new TargetName(text);
        reason = text.Length is 0 or > MostCharacters
            ? $"must be 1 to {MostCharacters} characters"
            : PlainText.Complaint(text);
        return reason.Length == 0;
    }

    /// <summary>By their bytes, the same in every language.</summary>
    public int CompareTo(TargetName other) => string.CompareOrdinal(Text, other.Text);

    /// <summary>The name alone.</summary>
    public override string ToString() => Text;
}
