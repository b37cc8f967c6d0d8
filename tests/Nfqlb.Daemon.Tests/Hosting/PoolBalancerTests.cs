using System.Buffers.Binary;
using Nfqlb.Daemon.Hosting;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Tests.Hosting;

/// <summary>The one flow of `lb`.</summary>
public sealed class PoolBalancerTests
{
    private const int Encapsulation = 9899;
    private const byte Tcp = 6, Udp = 17, Gre = 47, Sctp = 132;

    [Theory]
    [InlineData(0)]
    [InlineData(Encapsulation)]
    public void It_accepts_every_packet(ushort encapsulation)
    {
        var classifier = Balance(encapsulation);

        Assert.All([Tcp, Udp, Sctp, Gre], protocol =>
            Assert.True(classifier.Classify(Ipv4(protocol, Ports(1000, 80))).IsAccept));
        Assert.Equal(4, classifier.Counters.Balanced);
    }

    [Fact]
    public void Encapsulated_SCTP_goes_where_plain_SCTP_goes_and_other_UDP_as_UDP()
    {
        var encapsulating = Balance(Encapsulation);
        var plain = Balance(0);
        int asUdp = 0;
        for (ushort port = 1; port <= 100; port++)
        {
            byte[] sctp = Ports(port, 5000);
            byte[] encapsulated = Ipv4(Udp, [.. Ports(1234, Encapsulation), .. sctp]);
            byte[] toOtherPort = Ipv4(Udp, [.. Ports(port, 53), .. sctp]);

            Assert.Equal(plain.Classify(Ipv4(Sctp, sctp)), encapsulating.Classify(encapsulated));
            Assert.Equal(plain.Classify(toOtherPort), encapsulating.Classify(toOtherPort));
            asUdp += plain.Classify(encapsulated) != encapsulating.Classify(encapsulated) ? 1 : 0;
        }
        Assert.True(asUdp > 50, "without the option the packet inside is not looked at");
    }

    private static Classifier Balance(ushort encapsulation)
    {
        var size = new PoolSize(997, 10);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        segment.Publish([.. Enumerable.Range(100, 10)]);
        var pool = new TargetPool(new PoolName("all"), segment, workers: 1);
        var flows = new FlowTable(workers: 1);
        flows.Set(PoolBalancer.Everything(pool.Name, encapsulation), pool);
        return new Classifier(0, flows, new ClassifierOptions { Clock = () => 0 });
    }

    /// <summary>A UDP header, or as much of another one, that is nothing but its ports.</summary>
    private static byte[] Ports(ushort source, ushort destination)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, source);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), destination);
        return bytes;
    }

    private static byte[] Ipv4(byte protocol, byte[] payload) =>
    [
        0x45, 0, 0, (byte)(20 + payload.Length), 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 203, 0, 113, 1,
        .. payload,
    ];
}
