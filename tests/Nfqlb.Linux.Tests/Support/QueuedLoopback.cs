using System.Net;
using System.Net.Sockets;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A queue into which this thread's network namespace puts datagrams on their way to itself.</summary>
internal sealed class QueuedLoopback : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("127.0.0.9");

    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public QueuedLoopback()
    {
        NetworkNamespace.Shell($"""
            ip link set lo up
            iptables -t mangle -A OUTPUT -d {Address} -j NFQUEUE --queue-num 5
            """);
        _receiver.Bind(new IPEndPoint(Address, 0));
        _receiver.Blocking = false;
    }

    public static QueueNumber Number { get; } = new(5);

    public static PacketQueue Open() => PacketQueue.Open(Number, new QueueOptions());

    /// <summary>Sends datagrams of a byte each.</summary>
    public void Send(params ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            _sender.SendTo([one], _receiver.LocalEndPoint!);
        }
    }

    /// <summary>What has passed the queue, a byte each.</summary>
    public byte[] Arrived()
    {
        var arrived = new List<byte>();
        byte[] datagram = new byte[10];
        while (_receiver.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            _receiver.Receive(datagram);
            arrived.Add(datagram[0]);
        }
        return [.. arrived];
    }

    /// <summary>Takes what waits: the byte of each datagram, with its id.</summary>
    public static (byte Byte, uint Id)[] Take(PacketQueue queue)
    {
        const int HeaderBytes = 20 + 8;
        var packets = new nfqlb_packet[queue.Options.BatchCapacityPackets];
        var taken = new List<(byte, uint)>();
        while (((IPacketSource)queue).TryReceive(packets, out int count))
        {
            foreach (var packet in packets.AsSpan(0, count))
            {
                taken.Add((packet.Payload[HeaderBytes], packet.id));
            }
        }
        return [.. taken];
    }

    /// <summary>Accepts packets, in one call.</summary>
    public static void Accept(PacketQueue queue, params IEnumerable<(byte Byte, uint Id)> packets) =>
        ((IPacketSource)queue).Answer(
            [.. packets.Select(packet => new nfqlb_verdict { id = packet.Id, accept = 1, mark = 7 })]);

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
