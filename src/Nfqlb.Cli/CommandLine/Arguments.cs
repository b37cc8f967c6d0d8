using Nfqlb.Maglev;

namespace Nfqlb.Cli.CommandLine;

/// <summary>What was typed behind a command, with typed access that names the option in every complaint.</summary>
/// <param name="typed">Options by name, in order; a switch has an empty value.</param>
/// <param name="positionals">What is no option, in order.</param>
internal sealed class Arguments(IReadOnlyList<TypedOption> typed, IReadOnlyList<string> positionals)
{
    /// <summary>What is no option, in order.</summary>
    public IReadOnlyList<string> Positionals { get; } = positionals;

    public bool Has(Option option) => typed.Any(other => other.Name == option.Name);

    /// <summary>The text as typed; null where the option was not given.</summary>
    public string? Text(Option option) => typed.LastOrDefault(other => other.Name == option.Name)?.Value;

    /// <summary>All texts of an option that may be given more than once, in order.</summary>
    public IReadOnlyList<string> Texts(Option option) =>
        [.. typed.Where(other => other.Name == option.Name).Select(other => other.Value)];

    /// <summary>The text as typed, fit for one line of a request: a line break would begin another one.</summary>
    public string? Line(Option option)
    {
        string? text = Text(option);
        return text.AsSpan().IndexOfAny('\n', '\r', '\0') < 0
            ? text
            : throw UsageException.BadValue($"--{option.Name}", text!, "line breaks are not allowed");
    }

    /// <summary>Several things in one command: each of them begins with one of these options. What was typed before the
    /// first holds for all.</summary>
    public IEnumerable<Arguments> Each(params Option[] beginnings)
    {
        bool Begins(TypedOption other) => Array.Exists(beginnings, option => option.Name == other.Name);
        TypedOption[] common = [.. typed.TakeWhile(option => !Begins(option))];
        for (int start = common.Length; start < typed.Count;)
        {
            TypedOption[] own = [typed[start], .. typed.Skip(start + 1).TakeWhile(option => !Begins(option))];
            yield return new Arguments([.. common, .. own], Positionals);
            start += own.Length;
        }
    }

    /// <summary>A whole number; the fallback where the option was not given.</summary>
    public int Number(Option option, int fallback, int min, int max) =>
        Text(option) is { } text ? ParseNumber($"--{option.Name}", text, min, max) : fallback;

    /// <summary>One of the words that the option takes; the first where it was not given.</summary>
    /// <exception cref="UsageException">It is none of them.</exception>
    public string Word(Option option)
    {
        string[] words = option.Values.Words;
        string text = Text(option) ?? words[0];
        return words.Contains(text) ? text : throw UsageException.BadValue(
            $"--{option.Name}", text, $"must be {string.Join(", ", words[..^1])} or {words[^1]}");
    }

    /// <summary>yes or no; the fallback where the option was not given.</summary>
    public bool YesOrNo(Option option, bool fallback) => Text(option) switch
    {
        null => fallback,
        "yes" => true,
        "no" => false,
        var text => throw UsageException.BadValue($"--{option.Name}", text, "must be yes or no"),
    };

    /// <summary>The name in /dev/shm of what was asked for: that of the environment, or the usual one.</summary>
    public static string WantedName =>
        Environment.GetEnvironmentVariable(SegmentName.WantedVariable) is { Length: > 0 } given
            ? given
            : SegmentName.Wanted;

    /// <summary>The name of a pool.</summary>
    public PoolName Pool(Option option, string fallback)
    {
        string text = Text(option) ?? fallback;
        if (PoolName.TryParse(text, out var name, out string reason))
        {
            reason = SegmentName.ComplaintOfPool(text, WantedName);
        }
        return reason.Length == 0 ? name : throw UsageException.BadValue($"--{option.Name}", text, reason);
    }

    /// <summary>The positionals as marks.</summary>
    public FirewallMark[] Marks() =>
        [.. Positionals.Select(text => new FirewallMark(ParseNumber("mark", text, 0, int.MaxValue)))];

    /// <summary>A mark, or none for -1.</summary>
    public FirewallMark? OptionalMark(Option option)
    {
        int mark = Number(option, -1, -1, int.MaxValue);
        return mark < 0 ? null : new FirewallMark(mark);
    }

    /// <summary>A whole number; -1 is the only negative one that any option knows.</summary>
    public static int ParseNumber(string name, string text, int min, int max)
    {
        if (min == -1 && text == "-1")
        {
            return -1;
        }
        return WholeNumber.TryParse(text, (uint)max, out uint number) && number >= min
            ? (int)number
            : throw UsageException.BadValue(name, text, $"must be a whole number from {min} to {max}");
    }
}
