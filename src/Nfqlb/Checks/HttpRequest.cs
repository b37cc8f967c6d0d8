using System.Text;
using Nfqlb.Packets;

namespace Nfqlb.Checks;

/// <summary>The bytes of a check's GET (RFC 9110, RFC 9112).</summary>
public static class HttpRequest
{
    /// <summary>Of a request after which the connection ends.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="address">Who is asked.</param>
    public static byte[] Of(CheckQuestion question, Address address)
    {
        string host = question.Host ?? HostOf(address, question);
        return Encoding.ASCII.GetBytes(
            $"GET {question.Path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: nfqlb\r\nAccept: */*\r\n"
            + "Connection: close\r\n\r\n");
    }

    private static string HostOf(Address address, CheckQuestion question)
    {
        string text = address.IsIpv4 ? address.ToPlainString() : $"[{address.ToPlainString()}]";
        return question.Port == (question.Kind == CheckKind.Https ? 443 : 80) ? text : $"{text}:{question.Port}";
    }
}
