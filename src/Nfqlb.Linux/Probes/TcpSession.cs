using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>A connection is accepted.</summary>
internal sealed class TcpSession(TargetProbe probe, int key, TimeSpan began) : ProbeSession(probe, key, began)
{
    public override bool Begin(out ProbeEnd end)
    {
        Events = EPOLLOUT;
        int errno = Open(SOCK_STREAM, 0, Probe.Question.Port);
        return errno == EINPROGRESS ? Wait(out end) : errno == 0 ? Pass(out end) : Fail(errno, out end);
    }

    public override bool GoOn(out ProbeEnd end)
    {
        int errno = ErrorOf(Socket);
        return errno == 0 ? Pass(out end) : Fail(errno, out end);
    }
}
