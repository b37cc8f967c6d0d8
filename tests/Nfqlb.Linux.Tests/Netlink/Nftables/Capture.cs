using System.Runtime.InteropServices;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Messages between nft and the kernel, recorded in tests/data/nftables with the commands that made
/// them.</summary>
internal sealed class Capture
{
    private readonly byte[][] _messages;

    private Capture(byte[][] messages) => _messages = messages;

    /// <summary>The messages, a line each, in hexadecimal digits.</summary>
    public IEnumerable<string> Lines => _messages.Select(message => Convert.ToHexStringLower(message));

    public static Capture Of(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "data", "nftables", name);
        var lines = File.ReadLines(path).Where(line => !line.StartsWith('#'));
        return new Capture([.. lines.Select(Convert.FromHexString)]);
    }

    /// <summary>The messages of one kind, decoded.</summary>
    /// <param name="type">An NFT_MSG_ number.</param>
    /// <param name="read">Reads what is behind nfgenmsg.</param>
    public List<T> Read<T>(ushort type, Func<NetlinkAttributes, T> read)
    {
        var values = new List<T>();
        foreach (byte[] bytes in _messages)
        {
            ReadOnlySpan<byte> datagram = bytes;
            var message = NetlinkMessage.Take(ref datagram);
            if (message.Type == NftRequests.MessageType(type))
            {
                values.Add(read(message.Read<UapiNftables.nfgenmsg>(out _)));
            }
        }

        return values;
    }

    /// <summary>The messages of a batch in the form of <see cref="Lines"/>.</summary>
    public static IEnumerable<string> LinesOf(NetlinkBatch batch)
    {
        var lines = new List<string>();
        for (var rest = batch.Writer.Written; !rest.IsEmpty;)
        {
            int length = (int)MemoryMarshal.Read<nlmsghdr>(rest).nlmsg_len;
            lines.Add(Convert.ToHexStringLower(rest[..length]));
            rest = rest[length..];
        }

        return lines;
    }
}
