using Nfqlb.Control;
using Nfqlb.Daemon.FastPath;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Daemon.Control;

/// <summary>What the kernel would make of a packet, as JSON: the answer to `judge`.</summary>
internal static class JudgementListing
{
    /// <summary>Of a packet that comes by a link.</summary>
    /// <param name="kernel">Who decides.</param>
    /// <param name="packet">The packet from its IP header on, in hexadecimal.</param>
    /// <param name="link">The name of a link of the fast path.</param>
    /// <exception cref="FlowException">It is no packet, or there is no such link.</exception>
    public static string Of(KernelPath kernel, string? packet, string? link)
    {
        int place = kernel.Links.FirstOrDefault(one => one.Name == link)?.Place
            ?? throw new FlowException($"FAIL: no fast path at link [{link}]");
        if (BytesOf(packet) is not { } bytes || Packet.TryParse(bytes, out var parsed) != Unparsable.None)
        {
            throw new FlowException("FAIL: no packet");
        }
        var judgement = kernel.Judge(parsed.Key, place);
        return JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("outcome", FastPathOutcomes.Names[judgement.Outcome]);
            if (judgement.Mark is { } mark)
            {
                json.WriteNumber("fwmark", mark);
            }
            json.WriteBoolean("is_unknown_destination", judgement.IsUnknownDestination);
            json.WriteEndObject();
        }) + '\n';
    }

    private static byte[]? BytesOf(string? text)
    {
        try
        {
            return text is null ? null : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
