using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nfqlb.Daemon.Settings;

/// <summary>Where the balancer can be watched over HTTP.</summary>
/// <param name="Text">As typed: `127.0.0.1:PORT`, `[::1]:PORT` or `unix:/PATH`.</param>
/// <param name="EndPoint">What it means.</param>
public sealed record HttpAddress(string Text, EndPoint EndPoint)
{
    /// <summary>What every address must be.</summary>
    public const string Form = "must be ADDR:PORT, [ADDR6]:PORT or unix:/PATH";

    private const string UnixPrefix = "unix:";

    /// <summary>sun_path of linux/un.h, less the NUL at its end.</summary>
    private const int LongestPathBytes = 107;

    /// <summary>The file of a unix socket; null for TCP.</summary>
    public string? Path => EndPoint is UnixDomainSocketEndPoint ? Text[UnixPrefix.Length..] : null;

    /// <summary>Only this machine's own processes can reach it.</summary>
    public bool IsLocal => EndPoint is UnixDomainSocketEndPoint || IPAddress.IsLoopback(((IPEndPoint)EndPoint).Address);

    /// <summary>Reads it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HttpAddress? address)
    {
        address = EndPointOf(text) is { } endPoint ? new HttpAddress(text, endPoint) : null;
        return address is not null;
    }

    /// <summary>It cannot be used.</summary>
    public SettingException Refused(string reason) => new(nameof(ServiceSettings.Http), Text, reason);

    private static EndPoint? EndPointOf(string text) =>
        text.StartsWith(UnixPrefix + '/', StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(text) - UnixPrefix.Length <= LongestPathBytes
            ? new UnixDomainSocketEndPoint(text[UnixPrefix.Length..])
        // IPEndPoint takes an address without a port too, and gives it port 0, which nobody can connect to.
        : IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port != 0 ? endPoint
        : null;
}
