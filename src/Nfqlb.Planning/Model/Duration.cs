namespace Nfqlb.Planning.Model;

/// <summary>A span of time as people write it: a whole number and a unit, such as `500ms`, `2s`, `1m`, `1h`.</summary>
public static class Duration
{
    /// <summary>For complaints.</summary>
    public const string Example = "a time with its unit, such as 500ms or 2s";

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Reads one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        duration = default;
        if (digits <= 0 || !WholeNumber.TryParse(text[..digits], int.MaxValue, out uint number))
        {
            return false;
        }
        foreach (var (unit, length) in Units)
        {
            if (text[digits..].SequenceEqual(unit))
            {
                duration = length * number;
                return true;
            }
        }
        return false;
    }

    /// <summary>In the largest unit of which it is a whole number.</summary>
    public static string Text(TimeSpan duration)
    {
        foreach (var (unit, length) in Units)
        {
            if (duration.Ticks % length.Ticks == 0 && duration >= length)
            {
                return $"{duration.Ticks / length.Ticks}{unit}";
            }
        }
        return $"{duration.TotalMilliseconds:0.###}ms";
    }
}
