using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>A datagram is answered; or, where no answer is asked for, not refused.</summary>
internal sealed class UdpSession(TargetProbe probe, int key, TimeSpan began) : ProbeSession(probe, key, began)
{
    /// <remarks>A datagram that still waits for the link-layer address of the next hop has been to nobody. When the
    /// kernel gives up, nobody would be here any more to hear of it.</remarks>
    public override ProbeEnd AtDeadline => Probe.Question.Answer is not null ? base.AtDeadline
        : UnsentOf(Socket) == 0 ? ProbeEnd.Passed
        : new ProbeEnd(CheckOutcome.Failed, "it could not be sent: the next hop is not found");

    public override bool Begin(out ProbeEnd end)
    {
        Events = EPOLLIN;
        int errno = Open(SOCK_DGRAM, 0, Probe.Question.Port);
        if (errno == 0)
        {
            errno = send(Socket, Probe.Question.Payload.Bytes, MSG_NOSIGNAL).Errno;
        }
        return errno == 0 ? Wait(out end) : Fail(errno, out end);
    }

    public override bool GoOn(out ProbeEnd end)
    {
        Span<byte> answer = stackalloc byte[Payload.MostBytes];
        var result = recv(Socket, answer);
        if (result.Errno == EAGAIN)
        {
            return Wait(out end);
        }
        if (!result.IsSuccess)
        {
            return Fail(result.Errno, out end);
        }
        bool isRight = Probe.Question.Answer is not { } wanted || answer[..(int)result.Value].StartsWith(wanted.Bytes);
        return isRight ? Pass(out end) : Fail("the answer is not the right one", out end);
    }
}
