using System.Buffers.Binary;
using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiXfrm;

namespace Nfqlb.Linux.Netlink.Transform;

/// <summary>Reads the policies of IPsec that forwarded packets meet.</summary>
public static class PolicyReader
{
    private const string Sockets = "/proc/net/netlink";

    /// <summary>Those of the network namespace of this thread. A kernel that has not loaded what keeps them has none,
    /// and is not made to load it.</summary>
    /// <exception cref="NetlinkException">They cannot be read; CAP_NET_ADMIN is needed.</exception>
    public static IReadOnlyList<TransformPolicy> Read()
    {
        if (File.Exists(Sockets) && !File.ReadLines(Sockets).Any(IsOfPolicies))
        {
            return [];
        }

        using var socket = NetlinkSocket.Open(NetlinkProtocol.Transform);
        var request = new NetlinkBatch();
        using (request.Request(XFRM_MSG_GETPOLICY, NLM_F_DUMP, "policies of xfrm"))
        {
            request.Writer.Append(default(xfrm_userpolicy_id));
        }

        return socket.Dump(request, Decode);
    }

    /// <summary>The kernel's own end, of a protocol that is in use: `sk Eth Pid …`.</summary>
    private static bool IsOfPolicies(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var protocol, ..]
        && protocol == $"{NETLINK_XFRM}";

    /// <summary>Reads XFRM_MSG_NEWPOLICY; null for one that no forwarded packet meets.</summary>
    internal static unsafe TransformPolicy? Decode(NetlinkMessage message)
    {
        if (message.Type != XFRM_MSG_NEWPOLICY)
        {
            return null;
        }

        var attributes = message.Read(out xfrm_userpolicy_info policy);
        var family = (IpFamily)policy.sel.family;
        if (policy.dir is not (XFRM_POLICY_OUT or XFRM_POLICY_FWD) || family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
        {
            return null;
        }

        bool isTransforming = false;
        while (attributes.Next())
        {
            isTransforming |= attributes.Type == XFRMA_TMPL && attributes.Bytes.Length > 0;
        }

        int length = family == IpFamily.Ipv4 ? 4 : 16;
        var sel = policy.sel;
        var from = AddressAttribute.Read(new ReadOnlySpan<byte>(sel.saddr, length));
        var to = AddressAttribute.Read(new ReadOnlySpan<byte>(sel.daddr, length));
        return new TransformPolicy(
            policy.dir == XFRM_POLICY_OUT, AddressAttribute.Block(family, from, sel.prefixlen_s),
            AddressAttribute.Block(family, to, sel.prefixlen_d))
        {
            Priority = policy.priority,
            Protocol = sel.proto == 0 ? null : (IpProtocol)sel.proto,
            SourcePorts = PortsOf(sel.sport, sel.sport_mask),
            DestinationPorts = PortsOf(sel.dport, sel.dport_mask),
            HasOtherConditions = sel.ifindex != 0 || sel.user != 0 || IsPartly(sel.sport_mask)
                || IsPartly(sel.dport_mask),
            IsBlocking = policy.action == XFRM_POLICY_BLOCK,
            IsTransforming = isTransforming,
        };
    }

    private static bool IsPartly(ushort mask) => mask is not (0 or ushort.MaxValue);

    private static PortRange? PortsOf(ushort bigEndian, ushort mask)
    {
        ushort port = BinaryPrimitives.ReverseEndianness(bigEndian);
        return mask == ushort.MaxValue ? new PortRange(port, port) : null;
    }
}
