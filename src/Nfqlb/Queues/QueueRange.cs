using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nfqlb.Queues;

/// <summary>Neighbouring queues, as <c>--queue=0:3</c> and <c>--queue-balance 0:3</c> say; often one.</summary>
public readonly record struct QueueRange
{
    /// <summary>A range from the first number to the last, both of which belong to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first exceeds the last.</exception>
    public QueueRange(QueueNumber first, QueueNumber last)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first.Value, last.Value, nameof(first));
        First = first;
        Last = last;
    }

    /// <summary>The lowest number.</summary>
    public QueueNumber First { get; }

    /// <summary>The highest number; equal to <see cref="First"/> in a range of one.</summary>
    public QueueNumber Last { get; }

    /// <summary>How many queues there are: 1 to 65536.</summary>
    public int Count => Last.Value - First.Value + 1;

    /// <summary>The numbers in ascending order.</summary>
    public IEnumerable<QueueNumber> Numbers
    {
        get
        {
            for (int value = First.Value; value <= Last.Value; value++)
            {
                yield return new QueueNumber((ushort)value);
            }
        }
    }

    /// <summary>Reads "2" or "0:3": decimal digits, at most one colon, nothing else.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="range">The range, when this returns true.</param>
    /// <param name="error">One clause that says what is wrong with which part, when this returns false.</param>
    public static bool TryParse(string text, out QueueRange range, [NotNullWhen(false)] out string? error)
    {
        range = default;
        string[] parts = text.Split(':', 3);
        if (parts.Length > 2)
        {
            error = $"queue range \"{text}\" has more than one colon";
            return false;
        }

        if (!TryParseNumber(parts[0], out ushort first, out error) ||
            !TryParseNumber(parts[^1], out ushort last, out error))
        {
            return false;
        }

        if (first > last)
        {
            error = $"queue range \"{text}\" ends before it begins";
            return false;
        }

        range = new QueueRange(new QueueNumber(first), new QueueNumber(last));
        return true;
    }

    /// <summary>The form that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Count == 1 ? First.ToString() : $"{First}:{Last}";

    private static bool TryParseNumber(string text, out ushort number, [NotNullWhen(false)] out string? error)
    {
        bool isNumber = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        error = isNumber ? null : $"queue \"{text}\" is not a number from 0 to 65535";
        return isNumber;
    }
}
