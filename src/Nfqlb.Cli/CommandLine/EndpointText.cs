using Nfqlb.Packets;

namespace Nfqlb.Cli.CommandLine;

/// <summary>One end of a connection, as it is typed: `10.0.0.1:80` or `[2001:db8::1]:80`.</summary>
internal static class EndpointText
{
    private const int Longest = 60;

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It is none, in the words of nfqlb 1.2.0.</exception>
    public static Endpoint Parse(string text)
    {
        string visible = PlainText.Visible(text);
        if (text.Length > Longest)
        {
            throw new UsageException($"Address too long [{visible}]");
        }
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            throw new UsageException($"No port in [{visible}]");
        }
        bool isBracketed = text.StartsWith('[') && text[colon - 1] == ']';
        string host = isBracketed ? text[1..(colon - 1)] : text[..colon];
        if (!Address.TryParse(host, out var address)
            || isBracketed != host.Contains(':')
            || !WholeNumber.TryParse(text.AsSpan(colon + 1), ushort.MaxValue, out uint port))
        {
            throw new UsageException($"Parse address failed [{visible}]");
        }
        return new Endpoint(address, (ushort)port);
    }
}
