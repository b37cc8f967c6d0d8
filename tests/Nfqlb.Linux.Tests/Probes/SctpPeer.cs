using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Nfqlb.Checks;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Tests.Probes;

/// <summary>A target that answers each INIT to its address as a test says. In the network namespace of the thread that
/// makes it.</summary>
internal sealed class SctpPeer : IDisposable
{
    public const ushort Port = 2905;
    public const uint Tag = 0xfeed_beef;

    private const byte Init = 1;
    private const int ReceiveBytes = 1 << 21; // for the INITs of a thousand checks at once

    private readonly Socket _socket;
    private readonly Func<byte[], IEnumerable<byte[]>> _answer;
    private readonly bool _hasHeader;

    /// <param name="address">Its own.</param>
    /// <param name="answer">What it sends for an INIT, from the SCTP header on.</param>
    public SctpPeer(string address, Func<byte[], IEnumerable<byte[]>> answer)
    {
        var own = IPAddress.Parse(address);
        _socket = Open(own);
        _hasHeader = own.AddressFamily == AddressFamily.InterNetwork;
        _answer = answer;
        new Thread(Serve) { IsBackground = true }.Start();
    }

    /// <summary>All that came, but for INITs and its own answers.</summary>
    public ConcurrentQueue<byte[]> Others { get; } = [];

    /// <summary>A raw socket of SCTP, which the runtime does not open by itself.</summary>
    public static Socket Open(IPAddress own)
    {
        int family = own.AddressFamily == AddressFamily.InterNetwork ? LibC.AF_INET : LibC.AF_INET6;
        nint opened = LibC.socket(family, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, LibC.IPPROTO_SCTP)
            .ThrowOnError("socket", "SCTP");
        var socket = new Socket(new SafeSocketHandle(opened, ownsHandle: true));
        socket.SetRawSocketOption(LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, BitConverter.GetBytes(ReceiveBytes));
        socket.Bind(new IPEndPoint(own, 0));
        return socket;
    }

    /// <summary>One that takes associations.</summary>
    public static IEnumerable<byte[]> Accepts(byte[] init) =>
        [Answer(init, "02000014feedbeef000100000001000100000001")];

    /// <summary>One that has nobody at the port.</summary>
    public static IEnumerable<byte[]> Refuses(byte[] init) => [Answer(init, "06000004")];

    /// <summary>A packet back, with the INIT's tag.</summary>
    public static byte[] Answer(byte[] init, string chunk)
    {
        byte[] packet = [.. init[2..4], .. init[..2], .. init[16..20], 0, 0, 0, 0, .. Convert.FromHexString(chunk)];
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), SctpPacket.ChecksumOf(packet));
        return packet;
    }

    public void Dispose() => _socket.Dispose();

    private void Serve()
    {
        byte[] room = new byte[2048];
        EndPoint from = new IPEndPoint(_hasHeader ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                int length = _socket.ReceiveFrom(room, ref from);
                byte[] packet = room[(_hasHeader ? 20 : 0)..length];
                if (packet.Length <= 12 || BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)) != Port)
                {
                    continue; // On loopback its own answers come back.
                }
                if (packet[12] != Init)
                {
                    Others.Enqueue(packet);
                    continue;
                }
                foreach (byte[] answer in _answer(packet))
                {
                    _socket.SendTo(answer, new IPEndPoint(((IPEndPoint)from).Address, 0));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
