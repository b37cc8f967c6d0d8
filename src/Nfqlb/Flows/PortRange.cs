namespace Nfqlb.Flows;

/// <summary>Ports from First to Last, both included, 1 to 65,535.</summary>
/// <param name="First">Host order.</param>
/// <param name="Last">Host order, not below First.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Reads `80` or `8000-8080`.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PortRange range, out string reason)
    {
        range = default;
        int dash = text.IndexOf('-');
        ReadOnlySpan<char> first = dash < 0 ? text : text[..dash];
        ReadOnlySpan<char> last = dash < 0 ? text : text[(dash + 1)..];
        if (!TryParsePort(first, out ushort from) || !TryParsePort(last, out ushort to))
        {
            reason = "a port must be from 1 to 65535";
            return false;
        }
        if (from > to)
        {
            reason = "the range ends before it begins";
            return false;
        }
        range = new PortRange(from, to);
        reason = "";
        return true;
    }

    /// <summary>`80` or `8000-8080`.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";

    private static bool TryParsePort(ReadOnlySpan<char> text, out ushort port)
    {
        bool isNumber = WholeNumber.TryParse(text, ushort.MaxValue, out uint value);
        port = (ushort)value;
        return isNumber && port > 0;
    }
}
