using Nfqlb.Daemon.Logging;
using Nfqlb.FastPath;
using Nfqlb.Linux;
using Nfqlb.Linux.Bpf;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Daemon.FastPath;

/// <summary>The program at the link of a name: attached while there is one, and anew when it was made anew, or when
/// somebody has taken the program away.</summary>
/// <remarks>One thread at a time, but for what tells how it is.</remarks>
/// <param name="name">The link's.</param>
/// <param name="place">Which link it is in the maps.</param>
/// <param name="log">Is told when that changes.</param>
internal sealed class LinkAttachment(string name, int place, EventLog log)
{
    /// <summary>The state while packets of the link are decided.</summary>
    public const string On = "on";

    private const string Missing = "there is no such link";

    /// <summary>Somebody may take it away again and again.</summary>
    private const long LeastPauseNanoseconds = 500_000_000;

    private FastPathLink? _attached;
    private long _mayAttachFrom;
    private volatile string _state = "not attached yet";
    private volatile OtherProgram? _inFront;

    /// <summary>The link's.</summary>
    public string Name => name;

    /// <summary>Which link it is in the maps.</summary>
    public int Place => place;

    /// <summary><see cref="On"/>, or why not, in a few words.</summary>
    public string State => _state;

    /// <summary>The program of others that packets come by first; null for none.</summary>
    public OtherProgram? InFront => _inFront;

    /// <summary>Attaches it where it is not.</summary>
    /// <param name="program">What is attached.</param>
    /// <param name="tables">What it decides by.</param>
    /// <param name="devices">The links that there are.</param>
    /// <returns>True when it was attached, or is not attached any more.</returns>
    public bool Refresh(FastPathProgram program, FastPathTables tables, DeviceSocket devices)
    {
        var (attached, state) = (_attached, _state);
        try
        {
            _state = Follow(program, tables, devices.Find(name));
        }
        catch (SystemCallException e)
        {
            Detach();
            _state = $"refused: {e.Message}";
        }
        if (state != _state && _state == On)
        {
            log.Write(Severity.Notice, "fast path is on", new LogField("link", name));
        }
        else if (state != _state)
        {
            log.Write(
                Severity.Warning, "no fast path at a link", new LogField("link", name), new LogField("reason", _state));
        }
        return _attached != attached;
    }

    /// <summary>Takes it away.</summary>
    public void Detach()
    {
        _attached?.Dispose();
        _attached = null;
        _inFront = null;
    }

    private static bool IsEthernet(LinkIndex link)
    {
        using var socket = RoutingSocket.Open();
        return socket.ReadLinks().FirstOrDefault(one => one.Index == link) is { IsEthernet: true };
    }

    /// <returns>The state.</returns>
    private string Follow(FastPathProgram program, FastPathTables tables, LinkIndex? link)
    {
        if (_attached is { } attached)
        {
            var standing = attached.Link == link ? attached.Standing : FastPathStanding.Gone;
            if (standing != FastPathStanding.Gone)
            {
                _inFront = attached.InFront;
                return standing == FastPathStanding.Attached ? On : "another process has put its own in its place";
            }
            Detach();
            tables.SetLink(place, null, isEthernet: false);
            return attached.Link == link ? "somebody has taken the program away"
                : link is null ? Missing
                : "the link was made anew";
        }
        if (link is not { } there)
        {
            return Missing;
        }
        long now = MonotonicClock.NowNanoseconds;
        if (now < _mayAttachFrom)
        {
            return _state;
        }
        _mayAttachFrom = now + LeastPauseNanoseconds;
        tables.SetLink(place, there, IsEthernet(there));
        _attached = FastPathLink.Attach(program, there);
        return On;
    }
}
