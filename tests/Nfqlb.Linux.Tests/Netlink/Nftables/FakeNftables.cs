using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>A kernel without tables, which answers batches as it is told: what no real one does on demand.</summary>
/// <param name="judge">Of each batch: which messages it refuses.</param>
internal sealed class FakeNftables(Func<FakeNftables.Batch, IEnumerable<FakeNftables.Refusal>> judge) : INetlinkChannel
{
    private readonly Queue<byte[]> _replies = [];

    /// <summary>All that were sent.</summary>
    public List<Batch> Batches { get; } = [];

    /// <summary>Answers to batches are lost on the way, so many times.</summary>
    public int LostAnswers { get; set; }

    public uint PortId => 4711;

    /// <summary>Another one after each batch.</summary>
    public uint Generation => 100 + (uint)Batches.Count;

    public VipTable Open() => new(new NetlinkSocket(this, TimeSpan.FromSeconds(1)));

    public SysResult Send(ReadOnlySpan<byte> datagram)
    {
        var messages = new List<byte[]>();
        for (var rest = datagram; !rest.IsEmpty;)
        {
            int length = (int)MemoryMarshal.Read<nlmsghdr>(rest).nlmsg_len;
            messages.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        switch (Header(messages[0]).nlmsg_type)
        {
            case NFNL_MSG_BATCH_BEGIN:
                Answer(new Batch([.. messages]));
                break;
            case var type when type == NftRequests.MessageType(NFT_MSG_GETGEN):
                Tell(messages[0], Generation);
                break;
            case var type when type == NftRequests.MessageType(NFT_MSG_GETTABLE):
                Refuse(messages[0], LibC.ENOENT);
                break;
            default:
                throw new InvalidOperationException("there is nothing to list");
        }

        return SysResult.OfErrno(0);
    }

    public SysResult Receive(Span<byte> buffer, bool waits, out uint senderPortId)
    {
        senderPortId = 0;
        if (!_replies.TryDequeue(out byte[]? reply))
        {
            return SysResult.OfErrno(LibC.EAGAIN);
        }

        reply.CopyTo(buffer);
        return reply.Length == 0 ? SysResult.OfErrno(LibC.ENOBUFS) : SysResult.OfNegatedErrno(reply.Length);
    }

    public void Dispose()
    {
    }

    private static nlmsghdr Header(byte[] message) => MemoryMarshal.Read<nlmsghdr>(message);

    private void Answer(Batch batch)
    {
        Batches.Add(batch);
        if (LostAnswers > 0)
        {
            LostAnswers--;
            _replies.Enqueue([]);
            return;
        }

        var refusals = judge(batch).ToList();
        foreach (var (index, message) in batch.Messages.Index())
        {
            if (refusals.Find(one => one.Index == index) is { } refusal)
            {
                Refuse(message, refusal.Errno, refusal.Offset);
                if (index == 0)
                {
                    return;
                }
            }
            else if ((Header(message).nlmsg_flags & NLM_F_ACK) != 0)
            {
                Refuse(message, errno: 0);
            }
        }
    }

    private void Tell(byte[] request, uint generation)
    {
        Reply(request, NftRequests.MessageType(NFT_MSG_NEWGEN), 0, writer =>
        {
            writer.Append(default(nfgenmsg));
            writer.UInt32BigEndian(NFTA_GEN_ID, generation);
        });
        Refuse(request, errno: 0);
    }

    private void Refuse(byte[] request, int errno, int? offset = null)
    {
        ushort flags = (ushort)(NLM_F_CAPPED | (offset is null ? 0 : NLM_F_ACK_TLVS));
        Reply(request, NLMSG_ERROR, flags, writer =>
        {
            writer.Append(new nlmsgerr { error = -errno, msg = Header(request) });
            if (offset is { } bytes)
            {
                writer.UInt32(NLMSGERR_ATTR_OFFS, (uint)bytes);
            }
        });
    }

    private void Reply(byte[] request, ushort type, ushort flags, Action<NetlinkWriter> write)
    {
        var writer = new NetlinkWriter();
        using (writer.Message(type, flags))
        {
            write(writer);
        }

        ref var header = ref MemoryMarshal.AsRef<nlmsghdr>(writer.Written);
        header.nlmsg_seq = Header(request).nlmsg_seq;
        header.nlmsg_pid = PortId;
        _replies.Enqueue(writer.Written.ToArray());
    }

    /// <summary>What is refused; the first message answers for all, as in the kernel.</summary>
    /// <param name="Index">Of the message in its batch.</param>
    /// <param name="Errno">Why.</param>
    /// <param name="Offset">Of the attribute that is complained of, in the message.</param>
    internal sealed record Refusal(int Index, int Errno, int? Offset = null);

    /// <summary>What was sent in one datagram.</summary>
    internal sealed record Batch(byte[][] Messages)
    {
        /// <summary>The generation that its begin asks for.</summary>
        public string Generation => Convert.ToHexStringLower(Messages[0].AsSpan(24));

        /// <summary>The messages that have these bytes in them, and where.</summary>
        public IEnumerable<(int Index, int Offset)> Find(ReadOnlySpan<byte> bytes)
        {
            var found = new List<(int, int)>();
            foreach (var (index, message) in Messages.Index())
            {
                int offset = message.AsSpan().IndexOf(bytes);
                if (offset >= 0)
                {
                    found.Add((index, offset));
                }
            }

            return found;
        }
    }
}
