using static Nfqlb.Linux.Netlink.Uapi.UapiEthtool;
using static Nfqlb.Linux.Netlink.Uapi.UapiGenericNetlink;

namespace Nfqlb.Linux.Netlink.Ethtool;

/// <summary>Something that a link can do: a line of `ethtool -k`.</summary>
/// <param name="Link">The link's name.</param>
/// <param name="Name">The feature's, of the kernel's netdev_features_strings.</param>
/// <param name="IsActive">The link does it now.</param>
/// <param name="IsChangeable">It can be switched; where not, ethtool says "fixed".</param>
public sealed record LinkFeature(string Link, string Name, bool IsActive, bool IsChangeable)
{
    /// <summary>Packets of a UDP flow that follow each other are put together as they come in, also those that are
    /// forwarded, and taken apart when they leave. Kernel 5.12 and later.</summary>
    public const string UdpGroForwarding = "rx-udp-gro-forwarding";

    /// <summary>Reads ETHTOOL_MSG_FEATURES_GET_REPLY.</summary>
    /// <returns>Null when the kernel knows no such feature.</returns>
    internal static LinkFeature? Decode(NetlinkMessage message, string link, string name)
    {
        var attributes = message.Read(out genlmsghdr header);
        if (header.cmd != ETHTOOL_MSG_FEATURES_GET_REPLY)
        {
            return null;
        }

        bool? isChangeable = null;
        bool isActive = false;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                // Lists all there are, and tells those that this link lets be changed.
                case ETHTOOL_A_FEATURES_HW: isChangeable = NamedBits.Find(attributes.Nested, name); break;
                case ETHTOOL_A_FEATURES_ACTIVE: isActive = NamedBits.Find(attributes.Nested, name) ?? false; break;
            }
        }

        return isChangeable is { } changeable ? new LinkFeature(link, name, isActive, changeable) : null;
    }
}
