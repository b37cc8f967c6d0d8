using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>Makes flows of a document's parts: each value is tried by itself, then all go the way of the command
/// line.</summary>
/// <param name="diagnostics">What was found so far.</param>
internal sealed class FlowReader(DiagnosticList diagnostics)
{
    /// <summary>In the place of a pool's name that cannot be read; no pool can have a name with a blank.</summary>
    public static readonly PoolName Nowhere = new("unreadable target");

    /// <summary>Why a text cannot be this condition; empty when it can.</summary>
    private delegate string Check(string text);

    public Flow Read(DocumentPart part, int index)
    {
        int before = diagnostics.Count;
        var text = new FlowText();
        if (part.IsMap(DocumentKeys.Flow))
        {
            text = new FlowText
            {
                Name = Text(part["name"], text => FlowName.TryParse(text, out _, out string reason) ? "" : reason),
                Target = Text(part["target"], text => PoolName.TryParse(text, out _, out string reason) ? "" : reason),
                Priority = Number(part["prio"], int.MaxValue),
                Protocols = List(part["protocols"], CheckProtocol),
                Destinations = List(part["dsts"], CheckBlock, WholeBlock),
                Sources = List(part["srcs"], CheckBlock, WholeBlock),
                DestinationPorts = List(part["dports"], CheckPorts),
                SourcePorts = List(part["sports"], CheckPorts),
                Match = List(part["match"], text => ByteMatch.TryParse(text, out _, out string reason) ? "" : reason),
                UdpEncapsulation = Number(part["udpencap"], ushort.MaxValue),
                Hash = List(part["hash"], CheckHash),
            };
            if (diagnostics.Count == before && TryParse(part, text, out var flow))
            {
                return flow;
            }
        }
        return new Flow
        {
            Name = FlowName.TryParse(text.Name ?? "", out var name, out _) ? name : new($"unreadable {index}"),
            Target = PoolName.TryParse(text.Target ?? "", out var target, out _) ? target : Nowhere,
        };
    }

    private static bool TryParse(DocumentPart part, FlowText text, out Flow flow)
    {
        // What two values are together. As with flow-set, an empty list of protocols is an answer, and none is not.
        if (part["protocols"] is null && (text.DestinationPorts ?? text.SourcePorts) is { } ports)
        {
            part[text.DestinationPorts is null ? "sports" : "dports"]!.Refuse(ports, "ports without protocols");
            flow = null!;
            return false;
        }
        try
        {
            flow = text.Parse();
            return true;
        }
        catch (FlowException e)
        {
            // SCTP inside UDP without SCTP. The wire's words begin with what a client of it looks for.
            const string failure = "FAIL: ";
            string reason = e.Message.StartsWith(failure, StringComparison.Ordinal)
                ? e.Message[failure.Length..]
                : e.Message;
            bool isAboutHash = reason.StartsWith("Invalid hash", StringComparison.Ordinal);
            (part[isAboutHash ? "hash" : "udpencap"] ?? part).Complain(reason);
            flow = null!;
            return false;
        }
    }

    private static string CheckProtocol(string text) =>
        ProtocolsExtensions.TryParse(text, out _) ? "" : "must be tcp, udp or sctp";

    private static string CheckBlock(string text) =>
        DesiredVip.TryParsePrefix(text, out _, out string reason) ? "" : reason;

    /// <summary>With its length: the command line of 1.2.0 wants one, also of an address alone.</summary>
    public static string WholeBlock(string text) =>
        text.Contains('/') ? text : text.Contains(':') ? $"{text}/128" : $"{text}/32";

    /// <summary>Of one word; what several are together is found out when all are read.</summary>
    private static string CheckHash(string text) =>
        HashRule.TryParse(text, out _, out string reason) ? "" : reason;

    private static string CheckPorts(string text) => PortRange.TryParse(text, out _, out string reason) ? "" : reason;

    private static string? Number(DocumentPart? part, uint max) =>
        part?.AsNumber(0, max) is { } number ? $"{number}" : null;

    private static string? Text(DocumentPart? part, Check check)
    {
        string? text = part?.AsText();
        if (text is not null && check(text) is { Length: > 0 } reason)
        {
            part!.Refuse(text, reason);
        }
        return text;
    }

    /// <summary>The list as the command line has it; null where it is not given or empty.</summary>
    private static string? List(DocumentPart? part, Check check, Func<string, string>? whole = null)
    {
        if (part is null)
        {
            return null;
        }
        string? texts = null;
        foreach (var (text, place) in part.Texts())
        {
            if (check(text) is { Length: > 0 } reason)
            {
                place.Refuse(text, reason);
            }
            string one = whole?.Invoke(text) ?? text;
            texts = texts is null ? one : $"{texts},{one}";
        }
        return texts;
    }
}
