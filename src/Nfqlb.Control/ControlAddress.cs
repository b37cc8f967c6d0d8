using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Nfqlb.Control;

/// <summary>Where a balancer listens for requests, or for those who want traces.</summary>
/// <param name="Text">As it was typed.</param>
/// <param name="EndPoint">What it means.</param>
public sealed record ControlAddress(string Text, EndPoint EndPoint)
{
    /// <summary>What every address must be.</summary>
    public const string Form = "must be unix:NAME, tcp:ADDR:PORT or tcp:[ADDR6]:PORT";

    private const string UnixPrefix = "unix:";
    private const int LongestNameBytes = 107;

    /// <summary>True where the kernel knows who is at the other end.</summary>
    public bool IsLocal => EndPoint is UnixDomainSocketEndPoint;

    /// <summary>Reads `unix:NAME` (abstract), `tcp:ADDR:PORT` or `tcp:[ADDR6]:PORT`.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ControlAddress? address)
    {
        address = EndPointOf(text) is { } endPoint ? new ControlAddress(text, endPoint) : null;
        return address is not null;
    }

    /// <summary>A socket that fits the address.</summary>
    public Socket NewSocket() => NewSocket(EndPoint);

    /// <summary>A socket that fits an end point.</summary>
    public static Socket NewSocket(EndPoint endPoint) => new(
        endPoint.AddressFamily,
        SocketType.Stream,
        endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);

    /// <summary>The kernel's words alone; an exception's message repeats the address in a form of its own.</summary>
    public static string Reason(SocketException e) => Marshal.GetPInvokeErrorMessage(e.NativeErrorCode);

    /// <summary>As it is shown to people.</summary>
    public override string ToString() => PlainText.Visible(Text);

    private static EndPoint? EndPointOf(string text) =>
        text.StartsWith(UnixPrefix, StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(text) - UnixPrefix.Length is > 0 and <= LongestNameBytes
            ? new UnixDomainSocketEndPoint('\0' + text[UnixPrefix.Length..])
        // IPEndPoint takes an address without a port too, and gives it port 0, which nobody can connect to.
        : text.StartsWith("tcp:", StringComparison.Ordinal)
        && IPEndPoint.TryParse(text[4..], out var endPoint) && endPoint.Port != 0
            ? endPoint
            : null;
}
