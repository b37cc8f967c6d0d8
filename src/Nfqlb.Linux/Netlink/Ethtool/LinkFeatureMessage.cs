using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiEthtool;
using static Nfqlb.Linux.Netlink.Uapi.UapiGenericNetlink;

namespace Nfqlb.Linux.Netlink.Ethtool;

/// <summary>What a link can do, as ethtool's family tells it.</summary>
internal static class LinkFeatureMessage
{
    extension(LinkFeature)
    {
        /// <summary>Reads ETHTOOL_MSG_FEATURES_GET_REPLY.</summary>
        /// <returns>Null when the kernel knows no such feature.</returns>
        public static LinkFeature? Decode(NetlinkMessage message, string link, string name)
        {
            var attributes = message.Read(out genlmsghdr header);
            if (header.cmd != ETHTOOL_MSG_FEATURES_GET_REPLY)
            {
                return null;
            }

            bool? isChangeable = null;
            bool isActive = false, isWanted = false;
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    // Lists all there are, and tells those that this link lets be changed.
                    case ETHTOOL_A_FEATURES_HW: isChangeable = NamedBits.Find(attributes.Nested, name); break;
                    case ETHTOOL_A_FEATURES_WANTED: isWanted = NamedBits.Find(attributes.Nested, name) ?? false; break;
                    case ETHTOOL_A_FEATURES_ACTIVE: isActive = NamedBits.Find(attributes.Nested, name) ?? false; break;
                }
            }

            return isChangeable is { } changeable
                ? new LinkFeature(link, name, isActive, changeable) { IsWanted = isWanted }
                : null;
        }
    }
}
