using System.Text;

namespace Nfqlb.Checks;

/// <summary>Bytes as people write them: as text, or as `hex:` and two digits each.</summary>
/// <remarks>Equal texts are equal payloads; `hex:61` and `a` are not, though their bytes are.</remarks>
public sealed record Payload
{
    /// <summary>What fits into a packet of any link.</summary>
    public const int MostBytes = 512;

    private const string Hex = "hex:";

    /// <summary>No bytes.</summary>
    public static readonly Payload Empty = new("", []);

    private readonly byte[] _bytes;

    private Payload(string text, byte[] bytes) => (Text, _bytes) = (text, bytes);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads what people write.</summary>
    public static bool TryParse(string text, out Payload payload, out string reason)
    {
        byte[]? bytes = text.StartsWith(Hex, StringComparison.Ordinal) ? OfHex(text[Hex.Length..])
            : Encoding.UTF8.GetBytes(text);
        reason = bytes switch
        {
            null => "must have two hexadecimal digits a byte behind hex:",
            { Length: > MostBytes } => $"is more than {MostBytes} bytes",
            _ => "",
        };
        payload = reason.Length == 0 ? new Payload(text, bytes!) : Empty;
        return reason.Length == 0;
    }

    /// <inheritdoc/>
    public bool Equals(Payload? other) => Text == other?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode();

    private static byte[]? OfHex(string digits)
    {
        try
        {
            return Convert.FromHexString(digits);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
