using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Control;

/// <summary>Where the running balancer listens for requests.</summary>
internal static class ControlAddress
{
    private const string Variable = "NFQLB_FLOW_ADDRESS";
    private const string Default = "unix:nfqlb";
    private const int LongestNameBytes = 107;

    /// <summary>As typed in the environment: `unix:NAME` (abstract), `tcp:ADDR:PORT` or `tcp:[ADDR6]:PORT`.</summary>
    public static string Text => Environment.GetEnvironmentVariable(Variable) ?? Default;

    /// <summary>The address that the text means.</summary>
    /// <exception cref="UsageException">It is neither form.</exception>
    public static EndPoint Parse(string text) => Parse(text, Variable);

    /// <summary>The same, of an option or variable of another name.</summary>
    /// <exception cref="UsageException">It is neither form.</exception>
    public static EndPoint Parse(string text, string name)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal)
            && Encoding.UTF8.GetByteCount(text) - "unix:".Length is > 0 and <= LongestNameBytes)
        {
            return new UnixDomainSocketEndPoint('\0' + text[5..]);
        }
        // IPEndPoint takes an address without a port too, and gives it port 0, which nobody can connect to.
        if (text.StartsWith("tcp:", StringComparison.Ordinal)
            && IPEndPoint.TryParse(text[4..], out var endPoint) && endPoint.Port != 0)
        {
            return endPoint;
        }
        throw UsageException.BadValue(name, text, "must be unix:NAME, tcp:ADDR:PORT or tcp:[ADDR6]:PORT");
    }

    /// <summary>A socket that fits the address.</summary>
    public static Socket NewSocket(EndPoint endPoint) => new(
        endPoint.AddressFamily,
        SocketType.Stream,
        endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);

    /// <summary>The kernel's words alone; an exception's message repeats the address in a form of its own.</summary>
    public static string Reason(SocketException e) => Marshal.GetPInvokeErrorMessage(e.NativeErrorCode);
}
