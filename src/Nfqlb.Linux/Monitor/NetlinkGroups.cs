using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;

namespace Nfqlb.Linux.Monitor;

/// <summary>Hears what the kernel tells to groups of netlink: changes, whoever has made them.</summary>
internal sealed class NetlinkGroups : IDisposable
{
    /// <summary>A datagram of them is no longer than a page or two.</summary>
    private const int BufferBytes = 64 << 10;

    /// <summary>Of a flood, at one time.</summary>
    private const int MostDatagrams = 4096;

    private readonly KernelChannel _channel;
    private readonly byte[] _buffer = new byte[BufferBytes];

    private NetlinkGroups(KernelChannel channel) => _channel = channel;

    /// <summary>To be polled.</summary>
    public int Descriptor => _channel.Descriptor;

    /// <summary>What a message means.</summary>
    public delegate HostChanges Meaning(NetlinkMessage message);

    /// <summary>Listens from now on, in the network namespace of this thread.</summary>
    /// <exception cref="SystemCallException">There are no such groups, or they are not for this user.</exception>
    public static NetlinkGroups Open(NetlinkProtocol protocol, params ReadOnlySpan<uint> groups)
    {
        var channel = KernelChannel.Open(protocol);
        try
        {
            foreach (uint group in groups)
            {
                channel.Join(group);
            }
            return new NetlinkGroups(channel);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Takes what was told so far. Waits for nothing.</summary>
    /// <exception cref="SystemCallException">It cannot be read.</exception>
    public HostChanges Drain(Meaning meaning)
    {
        var changes = HostChanges.None;
        for (int i = 0; i < MostDatagrams; i++)
        {
            var received = _channel.Receive(_buffer, waits: false, out uint sender);
            switch (received.Errno)
            {
                case LibC.EAGAIN:
                    return changes;
                case LibC.ENOBUFS:
                    changes |= HostChanges.Lost;
                    continue;
            }
            int length = (int)received.ThrowOnError("recvfrom", "netlink groups");
            if (length > _buffer.Length)
            {
                changes |= HostChanges.Lost;
            }
            else if (sender == 0)
            {
                changes |= Read(_buffer.AsSpan(0, length), meaning);
            }
        }
        return changes;
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static HostChanges Read(ReadOnlySpan<byte> datagram, Meaning meaning)
    {
        var changes = HostChanges.None;
        while (!datagram.IsEmpty)
        {
            changes |= meaning(NetlinkMessage.Take(ref datagram));
        }
        return changes;
    }
}
