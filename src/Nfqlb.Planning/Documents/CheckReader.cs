using System.Collections.Immutable;
using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Makes checks of a document's parts.</summary>
internal static class CheckReader
{
    /// <summary>In the place of a check: there is none.</summary>
    public const string None = "none";

    private const int MostTimes = 100;
    private const int MostCharacters = 255;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestSlowStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Null where nothing is said.</summary>
    public static DesiredCheck? Read(DocumentPart? part)
    {
        if (part is null)
        {
            return null;
        }
        if (part.IsWord(None))
        {
            return new DesiredCheck { IsNone = true };
        }
        return !part.IsMap(DocumentKeys.Check) ? null : new DesiredCheck
        {
            Kind = ReadKind(part["type"]),
            Port = (ushort?)part["port"]?.AsNumber(1, ushort.MaxValue),
            To = ReadDestination(part["to"]),
            Interval = ReadDuration(part["interval"], ShortestInterval),
            Timeout = ReadDuration(part["timeout"], ShortestTimeout),
            Rise = (int?)part["rise"]?.AsNumber(1, MostTimes),
            Fall = (int?)part["fall"]?.AsNumber(1, MostTimes),
            KeepsWhileBad = ReadWhenBad(part["when_bad"]),
            Path = ReadText(part["path"], ReasonAgainstPath),
            Host = ReadText(part["host"], text => PlainText.Complaint(text)),
            Body = ReadText(part["body"], _ => ""),
            Statuses = ReadStatuses(part["status"]),
            Verifies = part["verify"]?.AsFlag(),
            Authority = ReadText(part["ca"], path => path[0] == '/' ? "" : "must begin with /"),
            Payload = ReadPayload(part["payload"]),
            Answer = ReadPayload(part["answer"]),
            Command = ReadCommand(part["command"]),
        };
    }

    /// <summary>`50%`; 0 where nothing is said.</summary>
    public static int ReadPanic(DocumentPart? part)
    {
        const string wish = "must be a share from 0% to 100%";
        if (part?.AsTextOrNumber(wish) is not { } text)
        {
            return 0;
        }
        uint percent = 0;
        if (!text.EndsWith('%') || !WholeNumber.TryParse(text.AsSpan(0, text.Length - 1), 100, out percent))
        {
            part.Refuse(text, wish);
        }
        return (int)percent;
    }

    /// <summary>`30s`; null where nothing is said.</summary>
    public static SlowStart? ReadSlowStart(DocumentPart? part) =>
        ReadDuration(part, ShortestSlowStart, "a time with its unit, such as 30s") is { } length
            ? new SlowStart(length)
            : null;

    private static CheckKind? ReadKind(DocumentPart? part)
    {
        if (part?.AsText() is not { } word)
        {
            return null;
        }
        if (!CheckWords.TryParse(word, out var kind))
        {
            part.Refuse(word, $"must be {CheckWords.Kinds}{(word == None ? "; for no checks write check: none" : "")}");
            return null;
        }
        return kind;
    }

    private static bool? ReadWhenBad(DocumentPart? part)
    {
        if (part?.AsText() is not { } word)
        {
            return null;
        }
        if (word is not (CheckWords.Drain or CheckWords.Move))
        {
            part.Refuse(word, $"must be {CheckWords.Move} or {CheckWords.Drain}");
        }
        return word == CheckWords.Drain;
    }

    private static CheckDestination? ReadDestination(DocumentPart? part)
    {
        if (part is null || part.IsWord(CheckWords.Vip))
        {
            return part is null ? null : CheckDestination.Vip;
        }
        if (part.IsWord(CheckWords.Target))
        {
            return CheckDestination.Target;
        }
        Address? vip4 = null, vip6 = null;
        foreach (var (text, item) in part.Texts())
        {
            if (!Address.TryParse(text, out var address))
            {
                item.Refuse(text, "must be vip, target, or a virtual address");
            }
            else if ((address.IsIpv4 ? vip4 : vip6) is not null)
            {
                item.Refuse(text, $"a second {(address.IsIpv4 ? "IPv4" : "IPv6")} address");
            }
            else if (address.IsIpv4)
            {
                vip4 = address;
            }
            else
            {
                vip6 = address;
            }
        }
        return new CheckDestination { Vip4 = vip4, Vip6 = vip6 };
    }

    private static TimeSpan? ReadDuration(DocumentPart? part, TimeSpan least, string example = Duration.Example)
    {
        if (part?.AsTextOrNumber($"must be {example}") is not { } text)
        {
            return null;
        }
        if (!Duration.TryParse(text, out var duration))
        {
            part.Refuse(text, $"must be {example}");
            return null;
        }
        if (duration < least || duration > Longest)
        {
            part.Refuse(text, $"must be from {Duration.Text(least)} to {Duration.Text(Longest)}");
            return null;
        }
        return duration;
    }

    private static string? ReadText(DocumentPart? part, Func<string, string> reasonAgainst)
    {
        if (part?.AsText() is not { } text)
        {
            return null;
        }
        string reason = text.Length is 0 or > MostCharacters
            ? $"must be 1 to {MostCharacters} characters"
            : reasonAgainst(text);
        if (reason.Length > 0)
        {
            part.Refuse(text, reason);
            return null;
        }
        return text;
    }

    /// <summary>It stands in the line of a request (RFC 9112 §3.2.1).</summary>
    private static string ReasonAgainstPath(string path) =>
        path[0] != '/' ? "must begin with /"
        : path.AsSpan().ContainsAnyExceptInRange('!', '~') ? "must have neither blanks nor characters beyond ASCII"
        : "";

    private static CheckCommand? ReadCommand(DocumentPart? part)
    {
        if (part is null)
        {
            return null;
        }
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (var item in part.Items())
        {
            bool isFirst = words.Count == 0;
            words.Add(ReadText(item, text => text.Contains('\0') ? "must not have a NUL in it"
                : isFirst && text[0] != '/' ? "must begin with /" : "") ?? "");
        }
        if (words.Count > CheckCommand.MostWords)
        {
            part.Refuse($"{words.Count} words", $"must be {CheckCommand.MostWords} at the most");
        }
        return words.Count == 0 ? null : new CheckCommand(words.DrainToImmutable());
    }

    private static HttpStatuses? ReadStatuses(DocumentPart? part)
    {
        const string wish = "must be status codes, such as 200 or 200-299,404";
        if (part?.AsTextOrNumber(wish) is not { } text)
        {
            return null;
        }
        if (!HttpStatuses.TryParse(text, out var statuses))
        {
            part.Refuse(text, wish);
        }
        return statuses;
    }

    private static Payload? ReadPayload(DocumentPart? part)
    {
        if (part?.AsText() is not { } text)
        {
            return null;
        }
        if (!Payload.TryParse(text, out var payload, out string reason))
        {
            part.Refuse(text, reason);
        }
        return payload;
    }
}
