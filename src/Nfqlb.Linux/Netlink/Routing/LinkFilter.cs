using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiPktCls;
using static Nfqlb.Linux.Netlink.Uapi.UapiPktSched;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A filter of tc at a link.</summary>
/// <param name="Handle">Its number, within its priority.</param>
/// <param name="Chain">0 for those that packets come by first.</param>
/// <param name="Program">The kernel's number of its BPF program; 0 for none.</param>
internal sealed record LinkFilter(uint Handle, uint Chain, uint Program)
{
    /// <summary>FILTER_HANDLE of native/fastpath: the filter of the fast path, where it is one.</summary>
    private const uint OurHandle = 0x6e66;

    /// <summary>It is of a fast path of nfqlb.</summary>
    public bool IsOurs => Handle == OurHandle;

    /// <summary>Those of a link, in the order in which packets come by.</summary>
    /// <param name="socket">Of rtnetlink.</param>
    /// <param name="link">The link.</param>
    /// <param name="place">TC_H_MIN_INGRESS or TC_H_MIN_EGRESS.</param>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public static IReadOnlyList<LinkFilter> Read(NetlinkSocket socket, LinkIndex link, uint place)
    {
        var request = NetlinkBatch.Listing(
            RTM_GETTFILTER,
            new tcmsg { tcm_ifindex = link.Value, tcm_parent = (TC_H_CLSACT & TC_H_MAJ_MASK) | place },
            $"filters of link {link.Value}");
        return socket.Dump(request, Decode);
    }

    /// <summary>A priority is told without a handle before its filters are.</summary>
    private static LinkFilter? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out tcmsg header);
        uint chain = 0, program = 0;
        string kind = "";
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TCA_KIND:
                    kind = attributes.Text;
                    break;
                case TCA_CHAIN:
                    chain = attributes.UInt32;
                    break;
                case TCA_OPTIONS when kind == "bpf":
                    program = ProgramIn(attributes.Nested);
                    break;
            }
        }
        return header.tcm_handle == 0 ? null : new LinkFilter(header.tcm_handle, chain, program);
    }

    private static uint ProgramIn(NetlinkAttributes options)
    {
        uint program = 0;
        while (options.Next())
        {
            program = options.Type == TCA_BPF_ID ? options.UInt32 : program;
        }
        return program;
    }
}
