using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>Virtual addresses as they are asked for.</summary>
/// <param name="Prefix">One address or a block.</param>
/// <param name="EgressTable">The table by which packets from these addresses leave; null to leave that alone.</param>
public sealed record DesiredVip(Cidr Prefix, uint? EgressTable = null)
{
    private const int AllBits = 128;

    /// <summary>Reads `10.0.0.1`, `10.0.0.0/24` or `2001:db8::/64`. An address alone is a block of one.</summary>
    /// <remarks>`10.0.0.1/24` is refused: whoever wrote it meant one address, and would get 256.</remarks>
    public static bool TryParsePrefix(string text, out Cidr prefix, out string reason)
    {
        int slash = text.IndexOf('/');
        if (!Address.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            prefix = default;
            reason = "not an address";
            return false;
        }
        if (slash < 0)
        {
            prefix = new Cidr(address, AllBits);
            reason = "";
            return true;
        }
        if (!Cidr.TryParse(text, out prefix, out reason))
        {
            return false;
        }
        reason = prefix.Base == address ? "" : $"the block begins at {prefix.Base.ToPlainString()}";
        return reason.Length == 0;
    }
}
