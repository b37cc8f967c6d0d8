using Nfqlb.Checks;

namespace Nfqlb.Planning.Model;

/// <summary>The words for checks, the same in documents and listings.</summary>
public static class CheckWords
{
    /// <summary>All kinds, for complaints.</summary>
    public const string Kinds = "tcp, http, https, udp, sctp, icmp or exec";

    /// <summary>A check that goes to the virtual address.</summary>
    public const string Vip = "vip";

    /// <summary>A check that goes to the target's own address.</summary>
    public const string Target = "target";

    /// <summary>Connections of a target that is bad stay with it.</summary>
    public const string Drain = "drain";

    /// <summary>Connections of a target that is bad go to others.</summary>
    public const string Move = "move";

    /// <summary>The word for a kind.</summary>
    public static string Of(CheckKind kind) => kind switch
    {
        CheckKind.Http => "http",
        CheckKind.Https => "https",
        CheckKind.Udp => "udp",
        CheckKind.Icmp => "icmp",
        CheckKind.Exec => "exec",
        CheckKind.Sctp => "sctp",
        _ => "tcp",
    };

    /// <summary>Reads a kind.</summary>
    public static bool TryParse(string text, out CheckKind kind)
    {
        kind = text switch
        {
            "http" => CheckKind.Http,
            "https" => CheckKind.Https,
            "udp" => CheckKind.Udp,
            "icmp" => CheckKind.Icmp,
            "exec" => CheckKind.Exec,
            "sctp" => CheckKind.Sctp,
            _ => CheckKind.Tcp,
        };
        return Of(kind) == text;
    }
}
