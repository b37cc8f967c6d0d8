using Nfqlb.Linux.Interop;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiEthtool;
using static Nfqlb.Linux.Netlink.Uapi.UapiGenericNetlink;

namespace Nfqlb.Linux.Netlink.Ethtool;

/// <summary>Features of the links of a network namespace: ethtool over generic netlink, kernel 5.7 and later.</summary>
/// <remarks>One thread may use it at a time.</remarks>
public sealed class EthtoolSocket : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly GenericFamily _family;

    internal EthtoolSocket(NetlinkSocket socket)
    {
        _socket = socket;
        _family = GenericFamily.Find(socket, "ethtool");
    }

    /// <summary>Opens a socket in the network namespace of this thread. Reading needs no privilege, changing needs
    /// CAP_NET_ADMIN.</summary>
    /// <exception cref="SystemCallException">The kernel has no ethtool over netlink.</exception>
    public static EthtoolSocket Open()
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Generic);
        try
        {
            return new EthtoolSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>Reads one feature of a link.</summary>
    /// <returns>Null when the kernel knows no feature of this name.</returns>
    /// <exception cref="NetlinkException">There is no such link (ENODEV), or it cannot be read.</exception>
    public LinkFeature? Read(string link, string feature) =>
        _socket.Get(ReadRequest(_family, link, feature), message => LinkFeature.Decode(message, link, feature));

    /// <summary>Switches one feature of a link on or off, and makes sure that it is.</summary>
    /// <exception cref="NetlinkException">The kernel refused it, in its own words; or took it and did nothing, as the
    /// link cannot do it, or only together with another feature (EOPNOTSUPP): the wish is taken back.</exception>
    public void Set(string link, string feature, bool isOn)
    {
        var before = Read(link, feature);
        var request = SetRequest(_family, link, feature, isOn);
        _socket.Request(request);
        if (Read(link, feature)?.IsActive != isOn)
        {
            if (before?.IsWanted != isOn)
            {
                // The link would follow the wish when it can.
                _socket.Request(SetRequest(_family, link, feature, !isOn));
            }
            throw new NetlinkException(
                LibC.EOPNOTSUPP, $"{request.Subject(0)}", "the kernel took it and left the link as it was");
        }
    }

    internal static NetlinkBatch ReadRequest(GenericFamily family, string link, string feature)
    {
        var request = new NetlinkBatch();
        using (request.Request(family.Id, 0, $"{feature} of {link}"))
        {
            WriteHeader(request.Writer, ETHTOOL_MSG_FEATURES_GET, link, flags: 0);
        }

        return request;
    }

    internal static NetlinkBatch SetRequest(GenericFamily family, string link, string feature, bool isOn)
    {
        var request = new NetlinkBatch();
        using (request.Request(family.Id, 0, $"{feature} {(isOn ? "on" : "off")} of {link}"))
        {
            WriteHeader(request.Writer, ETHTOOL_MSG_FEATURES_SET, link, ETHTOOL_FLAG_OMIT_REPLY);
            NamedBits.Write(request.Writer, ETHTOOL_A_FEATURES_WANTED, feature, isOn);
        }

        return request;
    }

    private static void WriteHeader(NetlinkWriter writer, byte command, string link, uint flags)
    {
        writer.Append(new genlmsghdr { cmd = command, version = ETHTOOL_GENL_VERSION });
        using (writer.Nested(ETHTOOL_A_FEATURES_HEADER))
        {
            writer.Text(ETHTOOL_A_HEADER_DEV_NAME, link);
            if (flags != 0)
            {
                writer.UInt32(ETHTOOL_A_HEADER_FLAGS, flags);
            }
        }
    }
}
