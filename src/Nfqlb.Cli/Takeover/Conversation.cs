using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Nfqlb.Cli.Takeover;

/// <summary>Words between two balancers: texts, each behind its length (4 bytes, little-endian).</summary>
/// <param name="socket">Connected; disposed by the caller.</param>
internal sealed class Conversation(Socket socket)
{
    /// <summary>Beyond any number of flows; what announces more is none of ours.</summary>
    private const int LongestBytes = 256 << 20;

    /// <summary>The first word of the one that runs, when it will hand over.</summary>
    public const string Greeting = "nfqlb takeover 1";

    /// <summary>The new one can start.</summary>
    public const string Ready = "ready";

    /// <summary>The old one has stopped reading; from here on the queues are the new one's.</summary>
    public const string Yours = "yours";

    /// <summary>The new one reads.</summary>
    public const string Running = "running";

    /// <exception cref="SocketException">The other one is gone.</exception>
    public void Say(string text)
    {
        byte[] bytes = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - sizeof(int));
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(sizeof(int)));
        for (int sent = 0; sent < bytes.Length;)
        {
            sent += socket.Send(bytes.AsSpan(sent));
        }
    }

    /// <summary>Waits for a text; null when the other one is gone, or makes no sense.</summary>
    public string? Hear()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        if (!TryFill(length)
            || BinaryPrimitives.ReadInt32LittleEndian(length) is not (>= 0 and <= LongestBytes and var count))
        {
            return null;
        }
        byte[] bytes = new byte[count];
        return TryFill(bytes) ? Encoding.UTF8.GetString(bytes) : null;
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
