namespace Nfqlb.Maglev;

/// <summary>The name of a pool, which is the name of its segment in /dev/shm.</summary>
/// <param name="Text">Made by <see cref="TryParse"/>.</param>
public readonly record struct PoolName(string Text)
{
    /// <summary>The longest name a file can have, in bytes (NAME_MAX, linux/limits.h).</summary>
    public const int MostBytes = 255;

    /// <summary>Takes printable ASCII without blanks, quotes, backslashes and slashes.</summary>
    public static bool TryParse(string text, out PoolName name, out string reason)
    {
        name = new PoolName(text);
        reason = text switch
        {
            "" => "empty",
            "." or ".." => "not a file name",
            { Length: > MostBytes } => $"longer than {MostBytes} characters",
            _ when text.Contains('/') => "'/' is not allowed",
            _ => PlainText.Complaint(text),
        };
        return reason.Length == 0;
    }

    /// <summary>The name alone.</summary>
    public override string ToString() => Text;
}
