using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Control;

/// <summary>A connection to the control socket by hand: what a client of 1.2.0, or an attacker, may send.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <param name="name">Of an abstract socket, as in NFQLB_FLOW_ADDRESS=unix:NAME.</param>
    public RawConnection(string name)
    {
        _socket.ReceiveTimeout = _socket.SendTimeout = 10_000;
        _socket.Connect(new UnixDomainSocketEndPoint('\0' + name));
    }

    /// <summary>The same in the network namespace of a process.</summary>
    /// <remarks>By a thread that ends thereafter: only its socket stays there.</remarks>
    public static RawConnection Beside(BackgroundProcess process, string name)
    {
        RawConnection? connection = null;
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() =>
        {
            using SafeFileHandle place = File.OpenHandle($"/proc/{process.Id}/ns/net");
            if (SetNamespace((int)place.DangerousGetHandle(), 0) != 0)
            {
                throw new InvalidOperationException($"setns: errno {Marshal.GetLastPInvokeError()}");
            }
            connection = new RawConnection(name);
        }));
        thread.Start();
        thread.Join();
        return connection ?? throw new InvalidOperationException("no connection", failure);
    }

    public RawConnection Send(string text)
    {
        _socket.Send(Encoding.Latin1.GetBytes(text));
        return this;
    }

    /// <summary>Sends to one that may have closed the connection already.</summary>
    public void TrySend(string text)
    {
        try
        {
            Send(text);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // It has: that is its right.
        }
    }

    /// <summary>Sends until the other side will have no more, or to the limit. Returns the bytes it took.</summary>
    public long SendUntilRefused(byte[] block, long limit)
    {
        // Not blocking: a blocking Send that was refused half-way through its block reports a time-out.
        _socket.Blocking = false;
        long sent = 0;
        while (sent < limit)
        {
            _socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectWrite); // room, refusal, or neither: see below
            int taken = _socket.Send(block, 0, block.Length, SocketFlags.None, out SocketError error);
            if (error is SocketError.ConnectionReset or SocketError.Shutdown)
            {
                break;
            }
            sent += error == SocketError.Success ? taken : throw new SocketException((int)error);
        }
        _socket.Blocking = true;
        return sent;
    }

    public RawConnection EndOfInput()
    {
        _socket.Shutdown(SocketShutdown.Send);
        return this;
    }

    /// <summary>All bytes up to the close by the other side, one character a byte.</summary>
    public string ReadToClose()
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[65536];
        try
        {
            for (int n; (n = _socket.Receive(buffer)) > 0;)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, n));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // closed with bytes of ours unread: what came before the close still counts
        }
        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(int descriptor, int kind);
}
