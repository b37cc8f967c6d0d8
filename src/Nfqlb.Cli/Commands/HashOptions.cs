using Nfqlb.Cli.CommandLine;
using Nfqlb.Packets;

namespace Nfqlb.Cli.Commands;

/// <summary>What of a packet is hashed.</summary>
internal static class HashOptions
{
    public static readonly Option Fields =
        new("hash", "Fields that are hashed: src, sport, dst, dport, proto (default all)");

    public static readonly Option Symmetric =
        new("symmetric", "Both directions of a connection go to one target") { IsSwitch = true };

    /// <summary>The rule that was typed.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static HashRule Read(Arguments arguments)
    {
        string text = arguments.Text(Fields) ?? "5-tuple";
        string whole = arguments.Has(Symmetric) ? $"{text},symmetric" : text;
        return HashRule.TryParse(whole, out var rule, out string reason)
            ? rule
            : throw UsageException.BadValue("--hash", text, reason);
    }
}
