using System.Runtime.InteropServices;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>How a request ended: the content of NLMSG_ERROR, and of NLMSG_DONE.</summary>
/// <param name="Errno">0 when all is well.</param>
/// <param name="Text">The kernel's own words; empty when it gave none.</param>
/// <param name="AttributeOffset">Bytes from nlmsghdr of the request to the attribute it complains of.</param>
internal readonly record struct NetlinkAcknowledgement(int Errno, string Text, int? AttributeOffset)
{
    /// <summary>Reads NLMSG_ERROR.</summary>
    public static NetlinkAcknowledgement OfError(NetlinkMessage message)
    {
        var attributes = message.Read(out nlmsgerr error);
        if ((message.Flags & NLM_F_CAPPED) == 0)
        {
            // The request is repeated; its header was read with the error.
            int repeated = (int)Math.Min(error.msg.nlmsg_len, (uint)message.Payload.Length);
            int behind = NetlinkMessage.Padded(sizeof(int) + repeated, message.Payload.Length);
            attributes = new NetlinkAttributes(message.Payload[behind..]);
        }

        return Of(error.error, message.Flags, attributes);
    }

    /// <summary>Reads NLMSG_DONE; one without content says that all is well.</summary>
    public static NetlinkAcknowledgement OfDone(NetlinkMessage message) => message.Payload.Length < sizeof(int)
        ? default(NetlinkAcknowledgement) with { Text = "" }
        : Of(MemoryMarshal.Read<int>(message.Payload), message.Flags, new(message.Payload[sizeof(int)..]));

    /// <summary>The same as a result of the request.</summary>
    public NetlinkResult For(object subject) => new(subject, Errno, Text, AttributeOffset);

    private static NetlinkAcknowledgement Of(int negatedErrno, ushort flags, NetlinkAttributes attributes)
    {
        string text = "";
        int? offset = null;
        while ((flags & NLM_F_ACK_TLVS) != 0 && attributes.Next())
        {
            switch (attributes.Type)
            {
                case NLMSGERR_ATTR_MSG:
                    text = attributes.Text;
                    break;
                case NLMSGERR_ATTR_OFFS:
                    offset = (int)attributes.UInt32;
                    break;
            }
        }

        return new NetlinkAcknowledgement(-negatedErrno, text, offset);
    }
}
