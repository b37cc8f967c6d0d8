using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Linux.Tun;
using static Nfqlb.Linux.Tests.Support.NetworkNamespace;

namespace Nfqlb.Linux.Tests.Tun;

/// <summary>On the real kernel, each test in a network namespace of its own.</summary>
public sealed class TunDeviceTests
{
    private const string AddTun = "ip tuntap add mode tun name t0; ip link set t0 up";
    private const string AddAddress = "ip address add 192.0.2.1/24 dev t0";
    private const int Port = 4000;

    private static readonly byte[] Packet = Udp("192.0.2.7", "192.0.2.1", "stored for a while"u8);

    [KernelFact]
    public void What_is_written_arrives_from_the_device() => Run(() =>
    {
        Shell($"{AddTun}; {AddAddress}");
        using var device = TunDevice.Open("t0");
        using var socket = Listen();

        Assert.True(device.TryWrite(Packet));

        Assert.Equal(("stored for a while", "192.0.2.7", IndexOf("t0")), Receive(socket));
        Assert.Equal((1, 0), (device.Written, device.Refused));
    });

    [KernelFact]
    public void A_device_of_several_queues_may_have_several_users() => Run(() =>
    {
        Shell($"ip tuntap add mode tun name t0 multi_queue; ip link set t0 up; {AddAddress}");
        using var first = TunDevice.Open("t0");
        using var second = TunDevice.Open("t0");
        using var socket = Listen();

        Assert.True(first.TryWrite(Packet));
        Receive(socket);
        Assert.True(second.TryWrite(Packet));
        Receive(socket);
    });

    [KernelFact]
    public void Many_threads_write_whole_packets_and_all_are_counted() => Run(() =>
    {
        const int Threads = 4, EachTimes = 50;
        Shell($"{AddTun}; {AddAddress}");
        using var device = TunDevice.Open("t0");
        using var socket = Listen();

        var threads = Enumerable.Range(0, Threads).Select(id => new Thread(() =>
        {
            byte[] packet = Udp("192.0.2.7", "192.0.2.1", [.. Enumerable.Repeat((byte)('a' + id), 100)]);
            for (int i = 0; i < EachTimes; i++)
            {
                Assert.True(device.TryWrite(packet));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var received = Enumerable.Range(0, Threads * EachTimes).Select(_ => Receive(socket).Text).CountBy(text => text);
        Assert.Equal(
            Enumerable.Range(0, Threads).Select(id => new KeyValuePair<string, int>(new((char)('a' + id), 100), 50)),
            received.OrderBy(pair => pair.Key));
        Assert.Equal((Threads * EachTimes, 0), (device.Written, device.Refused));
    });

    [KernelFact]
    public void What_the_kernel_does_not_take_is_counted_as_refused() => Run(() =>
    {
        Shell(AddTun);
        using var device = TunDevice.Open("t0");

        Assert.False(device.TryWrite([0x00, 0x01]));
        Shell("ip link set t0 down");
        Assert.False(device.TryWrite(Packet));
        Shell("ip link delete t0");
        Assert.False(device.TryWrite(Packet));

        Assert.Equal((0, 3), (device.Written, device.Refused));
    });

    [KernelFact]
    public void A_write_allocates_nothing_taken_or_not() => Run(() =>
    {
        Shell(AddTun);
        using var device = TunDevice.Open("t0");

        Assert.Equal(0, AllocatedBytes.Of(() => device.TryWrite(Packet)));
        Assert.Equal(0, AllocatedBytes.Of(() => device.TryWrite([0x00, 0x01])));
        Assert.NotEqual(0, device.Written);
        Assert.NotEqual(0, device.Refused);
    });

    [KernelFact]
    public void The_device_tells_its_state_and_stays_when_it_is_let_go() => Run(() =>
    {
        Shell("ip tuntap add mode tun name exactly15bytes_; ip link set exactly15bytes_ mtu 1380");
        using (var device = TunDevice.Open("exactly15bytes_"))
        {
            Assert.Equal(("exactly15bytes_", false, 1380), (device.Name, device.IsUp, device.MtuBytes));
        }

        Shell("ip link set exactly15bytes_ up");
        using var again = TunDevice.Open("exactly15bytes_");
        Assert.True(again.IsUp);
    });

    [KernelFact]
    public void A_missing_device_is_refused_and_not_made() => Run(() =>
    {
        Assert.Equal("tun device t0: no such device", Refusal("t0"));
        Assert.Equal("tun device t%d: no such device", Refusal("t%d"));
        Assert.DoesNotContain(NetworkInterface.GetAllNetworkInterfaces(), device => device.Name.StartsWith('t'));
    });

    [KernelFact]
    public void Devices_of_other_kinds_are_refused() => Run(() =>
    {
        Shell("ip tuntap add mode tap name tap0; ip link set lo up; ip link add v0 type veth peer name v1");

        Assert.All((string[])["tap0", "lo", "v0"], name =>
            Assert.Equal($"tun device {name}: not a tun device", Refusal(name)));
    });

    [KernelFact]
    public void A_device_in_use_is_refused_until_it_is_let_go() => Run(() =>
    {
        Shell(AddTun);
        using (TunDevice.Open("t0"))
        {
            Assert.Equal(
                "tun device t0: another process uses it, and it is not multi_queue", Refusal("t0"));
        }

        TunDevice.Open("t0").Dispose();
    });

    [Theory]
    [InlineData("")]
    [InlineData("longer-than-15by")]
    [InlineData("äöüäöüäö")]
    public void A_name_no_device_can_have_is_refused(string name) =>
        Assert.EndsWith("the name must have 1 to 15 bytes", Refusal(name));

    private static string Refusal(string name) =>
        Assert.Throws<TunException>(() => TunDevice.Open(name).Dispose()).Message;

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 5000,
            ReceiveBufferSize = 1 << 20,
        };
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        return socket;
    }

    private static (string Text, string Source, int Device) Receive(Socket socket)
    {
        byte[] buffer = new byte[2000];
        var flags = SocketFlags.None;
        EndPoint source = new IPEndPoint(IPAddress.Any, 0);
        int length = socket.ReceiveMessageFrom(buffer, 0, buffer.Length, ref flags, ref source, out var information);
        return (Encoding.ASCII.GetString(buffer, 0, length), $"{((IPEndPoint)source).Address}", information.Interface);
    }

    private static int IndexOf(string device) => NetworkInterface.GetAllNetworkInterfaces()
        .Single(known => known.Name == device).GetIPProperties().GetIPv4Properties().Index;

    /// <summary>RFC 791 §3.1 and RFC 768; a UDP checksum of 0 means none.</summary>
    private static byte[] Udp(string source, string destination, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[20 + 8 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        IPAddress.Parse(source).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(destination).TryWriteBytes(packet.AsSpan(16), out _);
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~(sum + (sum >> 16)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
        payload.CopyTo(packet.AsSpan(28));
        return packet;
    }
}
