using System.Security.Cryptography;
using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>An INIT of SCTP is answered by an INIT ACK. The association is given up then.</summary>
/// <remarks>It has no socket of its own: whoever reads from that of all tells it.</remarks>
/// <param name="probe">What it does.</param>
/// <param name="key">Whose it is.</param>
/// <param name="began">When it began.</param>
/// <param name="all">The socket of its family.</param>
internal sealed class SctpSession(TargetProbe probe, int key, TimeSpan began, SctpSocket all)
    : ProbeSession(probe, key, began)
{
    private readonly uint _tag = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
    private ushort? _port;

    public override bool Begin(out ProbeEnd end)
    {
        int errno = all.TryOpen();
        if (errno is EPERM)
        {
            end = new ProbeEnd(CheckOutcome.Inconclusive, "not allowed to send SCTP: CAP_NET_RAW is needed");
            return false;
        }
        if (errno != 0)
        {
            return Fail(errno, out end);
        }
        _port = all.Enter(this);
        Span<byte> packet = stackalloc byte[SctpPacket.InitBytes];
        SctpPacket.WriteInit(packet, _port.Value, Probe.Question.Port, _tag);
        errno = all.Send(Probe, packet);
        return errno == 0 ? Wait(out end) : Fail(errno, out end);
    }

    public override bool GoOn(out ProbeEnd end) => Wait(out end);

    /// <summary>Takes a packet to its port.</summary>
    /// <param name="packet">From its SCTP header on; of any length.</param>
    /// <param name="sender">Who says that he has sent it.</param>
    /// <param name="end">How the check ended, when this returns false.</param>
    public bool Take(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> sender, out ProbeEnd end)
    {
        ushort port = Probe.Question.Port;
        if (!SocketAddress.IsOf(sender, Probe.Address))
        {
            return Wait(out end);
        }
        switch (SctpPacket.AnswerOf(packet, _port!.Value, port, _tag, out uint peerTag))
        {
            case SctpAnswer.Accepted:
                Span<byte> abort = stackalloc byte[SctpPacket.AbortBytes];
                SctpPacket.WriteAbort(abort, _port.Value, port, peerTag);
                all.Send(Probe, abort); // Where it is lost, the target forgets what it has not kept.
                return Pass(out end);
            case SctpAnswer.Refused:
                return Fail("Association refused", out end);
            default:
                return Wait(out end);
        }
    }

    /// <summary>True for the beginning of its INIT, as an ICMP error quotes it.</summary>
    public bool IsQuoted(ReadOnlySpan<byte> quoted) => SctpPacket.IsQuoted(quoted, Probe.Question.Port, _tag);

    public override void Dispose()
    {
        if (_port is { } port)
        {
            all.Leave(port);
            _port = null;
        }
        base.Dispose();
    }
}
