using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Makes of a document's parts where the targets of a pool are found.</summary>
internal static class FromReader
{
    /// <summary>As long as a name of DNS (RFC 1035 §2.3.4).</summary>
    private const int MostCharacters = 253;

    /// <summary>One, or a list of several.</summary>
    public static List<KubernetesService> Read(DocumentPart? part)
    {
        var services = new List<KubernetesService>();
        foreach (var one in part is null ? [] : part.LooksLikeMap ? [part] : part.Items())
        {
            if (one.IsMap(DocumentKeys.From) && one["kubernetes"] is { } given && ReadService(given) is { } service)
            {
                services.Add(service);
            }
        }
        return services;
    }

    private static KubernetesService? ReadService(DocumentPart part)
    {
        if (!part.IsMap(DocumentKeys.Kubernetes) || ReadName(part["namespace"]) is not { } @namespace
            || ReadName(part["service"]) is not { } name)
        {
            return null;
        }
        return new KubernetesService(@namespace, name)
        {
            Port = ReadPort(part["port"]),
            Network = ReadText(part["network"]),
            Annotations = ReadName(part["annotations"]),
            Device = part["dev"]?.AsText(),
            Unready = ReadState(part["unready"], TargetState.Down),
            Terminating = ReadState(part["terminating"], TargetState.Drain),
        };
    }

    /// <summary>It becomes a part of a URL, and needs no escape there.</summary>
    private static string? ReadName(DocumentPart? part)
    {
        if (part?.AsText() is not { } text)
        {
            return null;
        }
        bool isName = text.Length is > 0 and <= MostCharacters && char.IsAsciiLetterOrDigit(text[0])
            && char.IsAsciiLetterOrDigit(text[^1])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
        if (!isName)
        {
            part.Refuse(text, "must be a name of Kubernetes: a-z, 0-9, - and .");
        }
        return isName ? text : null;
    }

    /// <remarks>A number names a port as well as a word does, but for 0.</remarks>
    private static string? ReadPort(DocumentPart? part)
    {
        const string wish = "must be the name of a port, or a number from 1 to 65535";
        if (part?.AsTextOrNumber(wish) is not { } text)
        {
            return null;
        }
        bool isNumber = text.All(char.IsAsciiDigit);
        bool isRight = isNumber
            ? WholeNumber.TryParse(text, ushort.MaxValue, out uint number) && number > 0
            : text.Length <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        if (!isRight)
        {
            part.Refuse(text, wish);
        }
        return text;
    }

    private static string? ReadText(DocumentPart? part)
    {
        if (part?.AsText() is not { } text)
        {
            return null;
        }
        string reason = text.Length is 0 or > MostCharacters
            ? $"must be 1 to {MostCharacters} characters" : PlainText.Complaint(text);
        if (reason.Length > 0)
        {
            part.Refuse(text, reason);
        }
        return text;
    }

    private static TargetState ReadState(DocumentPart? part, TargetState otherwise)
    {
        var state = otherwise;
        if (part?.AsText() is { } word && !PoolWords.TryParse(word, out state))
        {
            part.Refuse(word, $"must be {PoolWords.States}");
        }
        return state;
    }
}
