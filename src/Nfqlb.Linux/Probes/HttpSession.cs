using Nfqlb.Checks;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>A GET is answered as it should be.</summary>
internal sealed class HttpSession(TargetProbe probe, int key, TimeSpan began) : ProbeSession(probe, key, began)
{
    private const int FirstBytes = 1024;

    private byte[] _received = [];
    private int _length;
    private bool _isAsked;

    public override bool Begin(out ProbeEnd end)
    {
        Events = EPOLLOUT;
        int errno = Open(SOCK_STREAM, 0, Probe.Question.Port);
        return errno is EINPROGRESS or 0 ? Wait(out end) : Fail(errno, out end);
    }

    public override bool GoOn(out ProbeEnd end) => _isAsked ? Receive(out end) : Ask(out end);

    /// <remarks>The buffer of a fresh connection takes a request as a whole.</remarks>
    private bool Ask(out ProbeEnd end)
    {
        int errno = ErrorOf(Socket);
        if (errno == 0)
        {
            errno = send(Socket, HttpRequest.Of(Probe.Question, Probe.Address), MSG_NOSIGNAL).Errno;
        }
        (_isAsked, Events) = (true, EPOLLIN);
        return errno == 0 ? Wait(out end) : Fail(errno, out end);
    }

    private bool Receive(out ProbeEnd end)
    {
        while (true)
        {
            if (_length == _received.Length)
            {
                Array.Resize(ref _received, Math.Clamp(2 * _length, FirstBytes, HttpAnswer.MostBytes));
            }
            var result = recv(Socket, _received.AsSpan(_length));
            if (result.Errno == EAGAIN)
            {
                return Wait(out end);
            }
            if (!result.IsSuccess)
            {
                return Fail(result.Errno, out end);
            }
            _length += (int)result.Value;
            bool isEnd = result.Value == 0;
            if (HttpAnswer.TryJudge(_received.AsSpan(0, _length), isEnd, Probe.Question, out string reason))
            {
                return reason.Length == 0 ? Pass(out end) : Fail(reason, out end);
            }
        }
    }
}
