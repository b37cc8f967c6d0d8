using System.Net;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Http;

/// <summary>Where the balancer can be watched over HTTP.</summary>
/// <param name="Text">As typed: `127.0.0.1:PORT`, `[::1]:PORT` or `unix:/PATH`.</param>
/// <param name="EndPoint">What it means.</param>
internal sealed record HttpAddress(string Text, EndPoint EndPoint)
{
    /// <summary>The option that names it.</summary>
    public const string Option = "http";

    private const string UnixPrefix = "unix:";

    /// <summary>sun_path of linux/un.h, less the NUL at its end.</summary>
    private const int LongestPathBytes = 107;

    /// <summary>The file of a unix socket; null for TCP.</summary>
    public string? Path => EndPoint is UnixDomainSocketEndPoint ? Text[UnixPrefix.Length..] : null;

    /// <summary>Only this machine's own processes can reach it.</summary>
    public bool IsLocal => EndPoint is UnixDomainSocketEndPoint || IPAddress.IsLoopback(((IPEndPoint)EndPoint).Address);

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static HttpAddress Parse(string text)
    {
        if (text.StartsWith(UnixPrefix + '/', StringComparison.Ordinal)
            && Encoding.UTF8.GetByteCount(text) - UnixPrefix.Length <= LongestPathBytes)
        {
            return new HttpAddress(text, new UnixDomainSocketEndPoint(text[UnixPrefix.Length..]));
        }
        // IPEndPoint takes an address without a port too, and gives it port 0, which nobody can connect to.
        return IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port != 0
            ? new HttpAddress(text, endPoint)
            : throw BadValue(text, "must be ADDR:PORT, [ADDR6]:PORT or unix:/PATH");
    }

    /// <summary>It cannot be used.</summary>
    public UsageException Refused(string reason) => BadValue(Text, reason);

    private static UsageException BadValue(string text, string reason) =>
        UsageException.BadValue($"--{Option}", text, reason);
}
