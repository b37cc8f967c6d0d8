using System.Net.Sockets;
using System.Text;
using Nfqlb.Daemon.Logging;

namespace Nfqlb.Daemon.Hosting;

/// <summary>The way to systemd: datagrams to the socket that it has named, sd_notify(3).</summary>
/// <param name="name">A path, or an abstract name behind an @; null for none.</param>
/// <param name="log">Is told when it cannot be used.</param>
internal sealed class NotifySocket(string? name, EventLog log)
{
    /// <summary>Of a socket that nobody empties. Less than a balancer that hands over waits for the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly UnixDomainSocketEndPoint? _address = name is not ['@' or '/', ..] ? null
        : new UnixDomainSocketEndPoint(name[0] == '@' ? '\0' + name[1..] : name);

    /// <summary>True where somebody can be told.</summary>
    public bool IsThere => _address is not null;

    /// <summary>Sends it; without a socket nothing happens.</summary>
    /// <param name="text">A NAME=VALUE a line.</param>
    public void Say(string text)
    {
        if (_address is null)
        {
            return;
        }
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTimeout = (int)Patience.TotalMilliseconds;
            socket.SendTo(Encoding.UTF8.GetBytes(text), _address);
        }
        catch (SocketException e)
        {
            log.Write(Severity.Warning, "NOTIFY_SOCKET cannot be used", new LogField("reason", e.Message));
        }
    }
}
