using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Nfqlb.Daemon.Handover;

/// <summary>Words between two balancers: texts or bytes, each behind its length (4 bytes, little-endian).</summary>
/// <param name="socket">Connected; disposed by the caller.</param>
internal sealed class HandoverConnection(Socket socket)
{
    /// <summary>Beyond any number of flows and fragments; what announces more is none of ours.</summary>
    private const int LongestBytes = 1 << 30;

    /// <summary>The first word of the one that runs, when it will hand over.</summary>
    public const string Greeting = "nfqlb takeover 2";

    /// <summary>The new one can start.</summary>
    public const string Ready = "ready";

    /// <summary>The old one has stopped reading; from here on the queues are the new one's. Its state follows.
    /// </summary>
    public const string Yours = "yours";

    /// <summary>The new one reads.</summary>
    public const string Running = "running";

    /// <exception cref="SocketException">The other one is gone.</exception>
    public void Say(string text) => Say(Encoding.UTF8.GetBytes(text));

    /// <summary>The same of bytes that are no text.</summary>
    /// <exception cref="SocketException">The other one is gone.</exception>
    public void Say(ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Send(length);
        Send(bytes);
    }

    /// <summary>The same, where the other one may be gone.</summary>
    /// <returns>False when it is, or takes nothing more.</returns>
    public bool TrySay(string text) => TrySay(Encoding.UTF8.GetBytes(text));

    /// <summary>The same of bytes that are no text.</summary>
    public bool TrySay(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Say(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits for a text; null when the other one is gone, or makes no sense.</summary>
    public string? Hear() => HearBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The same of bytes that are no text.</summary>
    public byte[]? HearBytes()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        if (!TryFill(length)
            || BinaryPrimitives.ReadInt32LittleEndian(length) is not (>= 0 and <= LongestBytes and var count))
        {
            return null;
        }
        byte[] bytes = new byte[count];
        return TryFill(bytes) ? bytes : null;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private bool TryFill(Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = socket.Receive(bytes);
                if (count == 0)
                {
                    return false;
                }
                bytes = bytes[count..];
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
