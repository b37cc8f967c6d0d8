using System.Text;

namespace Nfqlb.Daemon.Http;

/// <summary>What somebody who asks gets.</summary>
/// <param name="Status">RFC 9110 §15.</param>
/// <param name="ContentType">What the bytes are.</param>
/// <param name="Bytes">All of it.</param>
internal sealed record HttpPage(int Status, string ContentType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Text for people.</summary>
    public static HttpPage Plain(int status, string text) =>
        new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
}
