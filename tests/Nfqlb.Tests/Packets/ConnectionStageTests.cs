using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>Which packets open a connection, and which end one.</summary>
public class ConnectionStageTests
{
    private const byte Fin = 0x01, Syn = 0x02, Rst = 0x04, Push = 0x08, Ack = 0x10;

    public static TheoryData<string, byte[], ConnectionStage> Packets => new()
    {
        { "SYN", Tcp(Syn), ConnectionStage.Opens },
        { "SYN with ECN", Tcp(Syn | 0xc0), ConnectionStage.Opens },
        { "SYN of IPv6", Ip.V6().Tcp(1_000, 80), ConnectionStage.Opens },
        { "SYN ACK", Tcp(Syn | Ack), ConnectionStage.Open },
        { "ACK", Tcp(Ack), ConnectionStage.Open },
        { "data", Tcp(Push | Ack), ConnectionStage.Open },
        { "no flags", Tcp(0), ConnectionStage.Open },
        { "FIN", Tcp(Fin | Ack), ConnectionStage.Ends },
        { "RST", Tcp(Rst), ConnectionStage.Ends },
        { "SYN FIN, which is none", Tcp(Syn | Fin), ConnectionStage.Ends },
        { "INIT", Sctp(1), ConnectionStage.Opens },
        { "INIT ACK", Sctp(2), ConnectionStage.Open },
        { "DATA", Sctp(0), ConnectionStage.Open },
        { "ABORT", Sctp(6), ConnectionStage.Ends },
        { "SHUTDOWN", Sctp(7), ConnectionStage.Ends },
        { "SHUTDOWN ACK", Sctp(8), ConnectionStage.Ends },
        { "SHUTDOWN COMPLETE", Sctp(14), ConnectionStage.Ends },
        { "SCTP without a chunk", Ip.V4().Sctp(1_000, 80), ConnectionStage.Open },
        { "Initial, version 1", Quic(0xc3, 1), ConnectionStage.Opens },
        { "0-RTT, version 1", Quic(0xd3, 1), ConnectionStage.Open },
        { "Handshake, version 1", Quic(0xe3, 1), ConnectionStage.Open },
        { "Retry, version 1", Quic(0xf3, 1), ConnectionStage.Open },
        { "Initial, version 2", Quic(0xd3, 0x6b3343cf), ConnectionStage.Opens },
        { "Retry, version 2", Quic(0xc3, 0x6b3343cf), ConnectionStage.Open },
        { "version negotiation", Quic(0xc3, 0), ConnectionStage.Open },
        { "an unknown version", Quic(0xc3, 0x0a0a0a0a), ConnectionStage.Open },
        { "short header", Quic(0x43, 1), ConnectionStage.Open },
        { "no fixed bit", Quic(0x83, 1), ConnectionStage.Open },
        { "an Initial too short to be one", Quic(0xc3, 1, 1_199), ConnectionStage.Open },
        { "DNS", Ip.V4().Udp(1_000, 53, 0xc3, 0, 0, 0, 1), ConnectionStage.Open },
        { "an error about a SYN", Ip.V4().IcmpError(3, Ip.AnswerV4().Tcp(80, 1_000)), ConnectionStage.Open },
        { "ping", Ip.V4().EchoRequest(7), ConnectionStage.Open },
        { "first fragment of a SYN", Ip.V4().Fragment(7, 0, true).Tcp(1_000, 80), ConnectionStage.Opens },
    };

    [Theory, MemberData(nameof(Packets))]
    public void The_transport_header_tells(string what, byte[] bytes, ConnectionStage stage)
    {
        Assert.Equal(Unparsable.None, Packet.TryParse(bytes, out var packet));
        Assert.True(stage == ConnectionStages.Of(packet, bytes), what);
    }

    [Theory, MemberData(nameof(Packets))]
    public void What_is_cut_off_says_nothing(string what, byte[] bytes, ConnectionStage stage)
    {
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            if (Packet.TryParse(cut, out var packet) == Unparsable.None)
            {
                var told = ConnectionStages.Of(packet, cut);
                Assert.True(told == stage || told == ConnectionStage.Open, $"{what}, {length} bytes: {told}");
            }
        }
    }

    [Fact]
    public void Sctp_inside_Udp_tells_by_the_packet_inside()
    {
        byte[] bytes = Ip.V4().Udp(9_899, 9_899, [.. Transport.Sctp(1_000, 80), 1, 0, 0, 4]);
        Packet.TryParse(bytes, out var packet);
        Assert.Equal(ConnectionStage.Open, ConnectionStages.Of(packet, bytes));
        packet.TryDecapsulateSctp(bytes, out var sctp);
        Assert.Equal(ConnectionStage.Opens, ConnectionStages.Of(sctp, bytes));
    }

    private static byte[] Tcp(int flags)
    {
        byte[] header = Transport.Tcp(1_000, 80);
        header[13] = (byte)flags;
        return Ip.V4().Carry(IpProtocol.Tcp, header);
    }

    private static byte[] Sctp(byte chunk) =>
        Ip.V4().Carry(IpProtocol.Sctp, [.. Transport.Sctp(1_000, 80), chunk, 0, 0, 4]);

    private static byte[] Quic(byte first, uint version, int length = 1_200)
    {
        byte[] payload = new byte[length];
        byte[] start = [first, .. Transport.Network(version)];
        start.CopyTo(payload, 0);
        return Ip.V4().Udp(1_000, 443, payload);
    }
}
