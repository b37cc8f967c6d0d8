using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>The socket against the kernel itself.</summary>
public sealed class KernelChannelTests
{
    private const ushort RTM_GETLINK = 18;
    private const ushort RTM_DELROUTE = 25;

    [Fact]
    public void A_listing_needs_no_privilege()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var types = socket.Dump(Request(RTM_GETLINK, NLM_F_DUMP), message => $"{message.Type}");

        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.Equal("16", type));
    }

    [KernelFact]
    public void A_refusal_carries_the_kernels_words() => PrivateNetwork.Run(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var batch = Request(RTM_DELROUTE, 0);
        var error = Assert.Throws<NetlinkException>(() => socket.Request(batch));

        Assert.Equal(LibC.EINVAL, error.Errno);
        Assert.StartsWith("the request: Invalid argument: ", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.KernelText);
    });

    [KernelFact]
    public void Ten_thousand_refusals_are_all_heard() => PrivateNetwork.Run(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var batch = new NetlinkBatch();
        for (int i = 0; i < 10_000; i++)
        {
            Add(batch, RTM_DELROUTE, 0);
        }

        Assert.All(socket.Send(batch), result => Assert.Equal(LibC.EINVAL, result.Errno));
    });

    [KernelFact]
    public void A_datagram_longer_than_the_send_buffer_is_sent() => PrivateNetwork.Run(() =>
    {
        using var channel = KernelChannel.Open(NetlinkProtocol.Route);
        var writer = new NetlinkWriter();
        for (int i = 0; i < 100_000; i++)
        {
            writer.Message(NLMSG_NOOP, 0).Dispose();
            MemoryMarshal.Write(writer.Written[^16..], 16);
        }

        for (int i = 0; i < 3; i++)
        {
            writer.Bytes(0, new byte[60_000]);
        }

        Assert.True(writer.Length > 1 << 20);
        Assert.Equal(writer.Length, channel.Send(writer.Written).Value);
        Assert.Equal(LibC.EAGAIN, channel.Receive(new byte[100], waits: false, out _).Errno);
    });

    private static NetlinkBatch Request(ushort type, ushort flags)
    {
        var batch = new NetlinkBatch();
        Add(batch, type, flags);
        return batch;
    }

    /// <summary>A header that lists all links, and one that names a route to a prefix of 33 bits.</summary>
    private static void Add(NetlinkBatch batch, ushort type, ushort flags)
    {
        using (batch.Request(type, flags, "the request"))
        {
            batch.Writer.Append((Int128)(type == RTM_GETLINK ? 0 : LibC.AF_INET | (33 << 8)));
        }
    }
}
