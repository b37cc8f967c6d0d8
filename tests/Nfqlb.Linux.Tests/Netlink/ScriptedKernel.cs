using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>A kernel that is a function from a datagram of requests to what then can be received.</summary>
internal sealed class ScriptedKernel(Func<ScriptedKernel.Request[], IEnumerable<ScriptedKernel.Reply>> answer)
    : INetlinkChannel
{
    public const uint OwnPort = 4711;
    private readonly Queue<Reply> _replies = [];

    /// <summary>Every datagram that was sent.</summary>
    public List<Request[]> Datagrams { get; } = [];

    /// <summary>Replies that follow when all others were taken, for ever.</summary>
    public Reply? Endless { get; init; }

    /// <summary>How often it was waited for something that did not come.</summary>
    public int VainWaits { get; private set; }

    /// <summary>What sending gives, if not success.</summary>
    public int SendErrno { get; init; }

    public uint PortId => OwnPort;

    /// <summary>A socket that speaks with this kernel and is soon out of patience.</summary>
    public NetlinkSocket Open() => new(this, TimeSpan.FromMilliseconds(50));

    public SysResult Send(ReadOnlySpan<byte> datagram)
    {
        var requests = new List<Request>();
        for (var rest = datagram; !rest.IsEmpty;)
        {
            var header = MemoryMarshal.Read<nlmsghdr>(rest);
            requests.Add(new(header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, (int)header.nlmsg_len));
            rest = rest[(int)header.nlmsg_len..];
        }

        Datagrams.Add([.. requests]);
        foreach (var reply in answer([.. requests]))
        {
            _replies.Enqueue(reply);
        }

        return SysResult.OfErrno(SendErrno);
    }

    public SysResult Receive(Span<byte> buffer, bool waits, out uint senderPortId)
    {
        senderPortId = 0;
        if (!_replies.TryDequeue(out var reply) && (reply = Endless) is null)
        {
            VainWaits += waits ? 1 : 0;
            return SysResult.OfErrno(LibC.EAGAIN);
        }

        senderPortId = reply.Sender;
        reply.Datagram.CopyTo(buffer);
        return reply.Errno != 0
            ? SysResult.OfErrno(reply.Errno)
            : SysResult.OfNegatedErrno(reply.Length ?? reply.Datagram.Length);
    }

    public void Dispose()
    {
    }

    /// <summary>A request as it was sent.</summary>
    internal sealed record Request(ushort Type, ushort Flags, uint Sequence, int Length)
    {
        public bool WantsAck => (Flags & NLM_F_ACK) != 0;

        /// <summary>The answer of a kernel that did it, or refuses it.</summary>
        public Message Ack(int errno = 0, string text = "") => new(NLMSG_ERROR, 0, Sequence, Error: -errno, Text: text);

        /// <summary>A part of a dump.</summary>
        public Message Part(uint value, ushort flags = 0) =>
            new(0x77, (ushort)(flags | NLM_F_MULTI), Sequence, Value: value);

        /// <summary>The end of a dump.</summary>
        public Message Done(int errno = 0, ushort flags = 0, string text = "") =>
            new(NLMSG_DONE, (ushort)(flags | NLM_F_MULTI), Sequence, Error: -errno, Text: text);
    }

    /// <summary>A message of the kernel.</summary>
    internal sealed record Message(
        ushort Type,
        ushort Flags,
        uint Sequence,
        uint Value = 0,
        int Error = 0,
        string Text = "",
        uint Port = OwnPort)
    {
        public byte[] Encode()
        {
            ushort flags = (ushort)(Flags | (Text.Length > 0 ? NLM_F_ACK_TLVS : 0));
            var writer = new NetlinkWriter();
            using (writer.Message(Type, (ushort)(flags | (Type == NLMSG_ERROR ? NLM_F_CAPPED : 0))))
            {
                switch (Type)
                {
                    case NLMSG_ERROR:
                        writer.Append(new nlmsgerr { error = Error });
                        break;
                    case NLMSG_DONE:
                        writer.Append(Error);
                        break;
                    default:
                        writer.Append(Value);
                        break;
                }

                if (Text.Length > 0)
                {
                    writer.Text(NLMSGERR_ATTR_MSG, Text);
                    writer.UInt32(NLMSGERR_ATTR_OFFS, 28);
                }
            }

            ref var header = ref MemoryMarshal.AsRef<nlmsghdr>(writer.Written);
            header.nlmsg_seq = Sequence;
            header.nlmsg_pid = Port;
            return writer.Written.ToArray();
        }
    }

    /// <summary>One datagram that can be received, or what else receiving gives.</summary>
    internal sealed record Reply(byte[] Datagram, int Errno = 0, uint Sender = 0, int? Length = null)
    {
        public static implicit operator Reply(Message message) => Of(message);

        public static Reply Of(params Message[] messages) => new([.. messages.SelectMany(m => m.Encode())]);

        public static Reply Failure(int errno) => new([], errno);
    }
}
