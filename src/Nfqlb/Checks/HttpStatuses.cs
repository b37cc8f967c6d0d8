using System.Collections.Immutable;

namespace Nfqlb.Checks;

/// <summary>Status codes that are right: `200`, `200-399`, `200,404`.</summary>
public sealed record HttpStatuses
{
    private const int Lowest = 100;
    private const int Highest = 599;

    /// <summary>All is well, or is elsewhere.</summary>
    public static readonly HttpStatuses Usual = new("200-399", [(200, 399)]);

    private readonly ImmutableArray<(int First, int Last)> _ranges;

    private HttpStatuses(string text, ImmutableArray<(int First, int Last)> ranges) => (Text, _ranges) = (text, ranges);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads what people write.</summary>
    public static bool TryParse(string text, out HttpStatuses statuses)
    {
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        statuses = Usual;
        foreach (string item in text.Split(','))
        {
            string[] ends = item.Split('-');
            if (ends.Length > 2 || !TryParse(ends[0], out int first) || !TryParse(ends[^1], out int last)
                || first > last)
            {
                return false;
            }
            ranges.Add((first, last));
        }
        statuses = new HttpStatuses(text, ranges.ToImmutable());
        return true;
    }

    /// <summary>True for one of them.</summary>
    public bool Contains(int status)
    {
        foreach (var (first, last) in _ranges)
        {
            if (status >= first && status <= last)
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(HttpStatuses? other) => Text == other?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode();

    private static bool TryParse(string text, out int status)
    {
        bool isNumber = WholeNumber.TryParse(text.Trim(), Highest, out uint number);
        status = (int)number;
        return isNumber && status >= Lowest;
    }
}
