using static Nfqlb.Linux.Netlink.Uapi.UapiGenericNetlink;

namespace Nfqlb.Linux.Netlink.Ethtool;

/// <summary>A family of generic netlink: the kernel numbers it as it loads it.</summary>
/// <param name="Id">The type of its messages.</param>
internal sealed record GenericFamily(ushort Id)
{
    /// <summary>Asks for a family by its name: CTRL_CMD_GETFAMILY.</summary>
    /// <exception cref="NetlinkException">The kernel has none of this name (ENOENT).</exception>
    public static GenericFamily Find(NetlinkSocket socket, string name)
    {
        var request = new NetlinkBatch();
        string subject = $"netlink family {name}";
        using (request.Request(GENL_ID_CTRL, 0, subject))
        {
            request.Writer.Append(new genlmsghdr { cmd = CTRL_CMD_GETFAMILY, version = 1 });
            request.Writer.Text(CTRL_ATTR_FAMILY_NAME, name);
        }

        return socket.Get(request, Decode) ?? throw NetlinkException.Malformed($"{subject} has no id");
    }

    /// <summary>Reads CTRL_CMD_NEWFAMILY.</summary>
    internal static GenericFamily? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out genlmsghdr header);
        while (header.cmd == CTRL_CMD_NEWFAMILY && attributes.Next())
        {
            if (attributes.Type == CTRL_ATTR_FAMILY_ID)
            {
                return new GenericFamily(attributes.UInt16);
            }
        }

        return null;
    }
}
