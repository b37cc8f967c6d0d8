using Nfqlb.Checks;
using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.LibC;

namespace Nfqlb.Linux.Probes;

/// <summary>Runs many checks at once, on the thread that calls it: non-blocking sockets and one epoll.</summary>
/// <remarks>
/// Owned by one thread, but for <see cref="Wake"/>. It belongs to the network namespace of that thread. Where the
/// thread itself was late by a quarter of a check's timeout, because the process was stopped or busy, silence proves
/// nothing: the check is inconclusive.
/// </remarks>
public sealed class Prober : IProber
{
    /// <summary>So many checks run at a time; each needs a descriptor.</summary>
    public const int MostRunning = 1000;

    private const int EventsAtOnce = 256;
    private const ulong WakeData = ulong.MaxValue;
    private const ulong SctpData = WakeData - 1;
    private const int LateParts = 4;

    /// <summary>Between two looks whether what was killed is gone.</summary>
    private static readonly TimeSpan WhileDying = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LeastStall = TimeSpan.FromMilliseconds(10);

    private readonly FdHandle _epoll;
    private readonly FdHandle _wake;
    private readonly byte[] _events = new byte[EventsAtOnce * EpollEvent.Size];
    private readonly ProbeSession?[] _sessions = new ProbeSession?[MostRunning];
    private readonly Stack<int> _free = new(Enumerable.Range(0, MostRunning).Reverse());
    private readonly Schedule<int> _deadlines = new();
    private readonly List<ProbeAnswer> _ended = [];
    private readonly TlsProbes _tls;
    private readonly CommandPlaces _commands = new();
    private readonly SctpSocket _sctp4;
    private readonly SctpSocket _sctp6;
    private readonly List<(SctpSession Session, ProbeEnd End)> _endedOverSctp = [];
    private int _overTls;
    private TimeSpan _returned;
    private (TimeSpan End, TimeSpan Length) _stall;

    /// <summary>Runs nothing yet.</summary>
    /// <exception cref="SystemCallException">There is no epoll.</exception>
    public Prober()
    {
        _returned = Now;
        _tls = new TlsProbes(() => Now, Wake);
        _epoll = new FdHandle(epoll_create1(EPOLL_CLOEXEC).ThrowOnError("epoll_create1", "checks"));
        _wake = new FdHandle(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC).ThrowOnError("eventfd", "checks"));
        epoll_ctl(_epoll, EPOLL_CTL_ADD, _wake, new EpollEvent(EPOLLIN, WakeData))
            .ThrowOnError("epoll_ctl", "checks");
        _sctp4 = new SctpSocket(isIpv4: true, Watch);
        _sctp6 = new SctpSocket(isIpv4: false, Watch);
    }

    /// <inheritdoc/>
    public TimeSpan Now => TimeSpan.FromTicks(MonotonicClock.NowNanoseconds / TimeSpan.NanosecondsPerTick);

    /// <inheritdoc/>
    public bool HasRoom => Running < MostRunning;

    /// <summary>Checks that run.</summary>
    public int Running => MostRunning - _free.Count + _overTls + _commands.Waiting;

    /// <inheritdoc/>
    public void Start(int key, TargetProbe probe)
    {
        if (probe.Question.Kind == CheckKind.Https)
        {
            _overTls++;
            _tls.Start(key, probe);
            return;
        }
        if (probe.Question.Kind == CheckKind.Exec)
        {
            _commands.Add(key, probe);
            return;
        }
        Begin(key, probe);
    }

    private void Begin(int key, TargetProbe probe)
    {
        var session = probe.Question.Kind == CheckKind.Sctp
            ? new SctpSession(probe, key, Now, probe.Address.IsIpv4 ? _sctp4 : _sctp6)
            : ProbeSession.Of(probe, key, Now);
        int place = _free.Pop();
        _sessions[place] = session;
        session.Place = place;
        if (!session.Begin(out var end))
        {
            End(place, end);
            return;
        }
        if (session.IsOpen
            && !epoll_ctl(_epoll, EPOLL_CTL_ADD, session.Socket, EventOf(place, session)).IsSuccess)
        {
            End(place, new ProbeEnd(CheckOutcome.Inconclusive, "epoll takes no more"));
            return;
        }
        _deadlines.Add(place, session.Deadline);
    }

    /// <inheritdoc/>
    public void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        write(_wake, one);
    }

    /// <inheritdoc/>
    /// <exception cref="SystemCallException">The kernel refuses to wait.</exception>
    public void Wait(TimeSpan until, List<ProbeAnswer> answers)
    {
        bool isWoken = false;
        do
        {
            while (_commands.TryTake(out int key, out var probe))
            {
                Begin(key, probe);
            }
            var began = Now;
            NoteStall(began - _returned);
            var next = _deadlines.Next is { } deadline && deadline < until ? deadline : until;
            next = _commands.AnyDies && began + WhileDying < next ? began + WhileDying : next;
            var left = _ended.Count == 0 && next > began ? next - began : TimeSpan.Zero;
            int milliseconds = (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue);
            int count = (int)epoll_wait(_epoll, _events, milliseconds).ThrowOnError("epoll_wait", "checks");
            _returned = Now;
            NoteStall(_returned - began - TimeSpan.FromMilliseconds(milliseconds));
            for (int i = 0; i < count; i++)
            {
                var ready = EpollEvent.At(_events, i);
                if (ready.Data == WakeData)
                {
                    isWoken = true;
                    TakeWake();
                }
                else if (ready.Data == SctpData)
                {
                    ReadSctp();
                }
                else
                {
                    GoOn((int)ready.Data);
                }
            }
            while (_tls.TryTake(out var answer))
            {
                _overTls--;
                _ended.Add(answer);
            }
            while (_deadlines.TryTake(Now, out int late))
            {
                End(late, AtDeadline(_sessions[late]!));
            }
        }
        while (_ended.Count == 0 && !isWoken && Now < until);
        answers.AddRange(_ended);
        _ended.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            session?.Dispose();
        }
        _tls.Dispose();
        _sctp4.Dispose();
        _sctp6.Dispose();
        _wake.Dispose();
        _epoll.Dispose();
    }

    private static EpollEvent EventOf(int place, ProbeSession session) => new(session.Events, (ulong)place);

    private void TakeWake() => read(_wake, stackalloc byte[sizeof(ulong)]);

    private SysResult Watch(FdHandle socket) =>
        epoll_ctl(_epoll, EPOLL_CTL_ADD, socket, new EpollEvent(EPOLLIN, SctpData));

    private void ReadSctp()
    {
        _sctp4.Read(_endedOverSctp);
        _sctp6.Read(_endedOverSctp);
        foreach (var (session, end) in _endedOverSctp)
        {
            if (_sessions[session.Place] == session) // and not told twice
            {
                End(session.Place, end);
            }
        }
        _endedOverSctp.Clear();
    }

    private void GoOn(int place)
    {
        var session = _sessions[place]!;
        uint events = session.Events;
        if (!session.GoOn(out var end))
        {
            End(place, end);
        }
        else if (session.Events != events)
        {
            epoll_ctl(_epoll, EPOLL_CTL_MOD, session.Socket, EventOf(place, session));
        }
    }

    private void NoteStall(TimeSpan length)
    {
        if (length >= LeastStall)
        {
            _stall = (Now, length);
        }
    }

    private ProbeEnd AtDeadline(ProbeSession session)
    {
        var late = Now - session.Deadline;
        var stall = _stall.End > session.Began && _stall.Length > late ? _stall.Length : late;
        return stall * LateParts < session.Deadline - session.Began
            ? session.AtDeadline
            : new ProbeEnd(CheckOutcome.Inconclusive, $"this process was late by {stall.TotalMilliseconds:0} ms");
    }

    private void End(int place, ProbeEnd end)
    {
        var session = _sessions[place]!;
        _ended.Add(new ProbeAnswer(session.Key, new CheckResult(end.Outcome, Now - session.Began, end.Reason)));
        session.Dispose();
        if (session is CommandSession command)
        {
            _commands.Leave(command.Group);
        }
        _sessions[place] = null;
        _deadlines.Remove(place);
        _free.Push(place);
    }
}
