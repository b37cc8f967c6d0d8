using Nfqlb.Flows;

namespace Nfqlb.Planning.Model;

/// <summary>Which blocks can be virtual addresses. Packets for the others are the host's own, or nobody's.</summary>
public static class VipRange
{
    /// <summary>Special-purpose blocks that nobody can be reached at through a balancer (RFC 6890).</summary>
    private static readonly (Cidr Block, string Words)[] Special =
    [
        (Parse("0.0.0.0/8"), "this network, which no packet goes to"),
        (Parse("127.0.0.0/8"), "the host itself"),
        (Parse("224.0.0.0/4"), "multicast"),
        (Parse("240.0.0.0/4"), "reserved addresses, and broadcast"),
        (Parse("::/127"), "the host itself, or no address"),
        (Parse("fe80::/10"), "addresses of one link"),
        (Parse("ff00::/8"), "multicast"),
    ];

    /// <summary>Why it cannot be one; empty when it can.</summary>
    public static string ReasonAgainst(Cidr prefix)
    {
        foreach (var (block, words) in Special)
        {
            if (prefix.Base.IsIpv4 == block.Base.IsIpv4 && Overlap(prefix, block))
            {
                return $"holds {words} ({block.ToPlainString()})";
            }
        }
        return "";
    }

    private static bool Overlap(Cidr one, Cidr other) => one.Contains(other.Base) || other.Contains(one.Base);

    private static Cidr Parse(string text) => Cidr.TryParse(text, out var block, out string reason)
        ? block
        : throw new ArgumentException(reason, nameof(text));
}
