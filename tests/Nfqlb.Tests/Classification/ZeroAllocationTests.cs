using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>No packet, of whatever kind, costs a managed byte. That the measurement sees one is shown
/// elsewhere.</summary>
public class ZeroAllocationTests
{
    public static TheoryData<string> AllPackets => PacketCase.NamesOf(PacketCase.All);

    [Theory, MemberData(nameof(AllPackets))]
    public void Classifying_allocates_nothing(string name)
    {
        byte[] packet = PacketCase.All.Single(row => row.Name == name).Bytes;
        var classifier = Everything().Classifiers[0];
        Assert.Equal(0, Allocation.BytesPerRun(() =>
        {
            classifier.StartBatch();
            classifier.Classify(packet);
        }));
    }

    [Fact]
    public void Neither_does_encapsulated_Sctp_nor_a_change_of_flows_for_the_worker_that_takes_it_up()
    {
        var balancer = Everything();
        var classifier = balancer.Classifiers[0];
        byte[] packet = Ip.V4().SctpInUdp(9899, 9899, 1000, 5000);
        Assert.Equal(0, Allocation.BytesPerRun(() => classifier.Classify(packet)));
        Assert.NotEqual(0, balancer.CountOf("sctp"));
        balancer.Flow(new() { Name = "new", Target = "all", Priority = "99" });
        Assert.Equal(0, Allocation.BytesPerRun(() => classifier.Classify(packet)));
        Assert.NotEqual(0, balancer.CountOf("new"));
    }

    /// <summary>All conditions that a flow can have, none of which matches all, so that all are asked.</summary>
    private static Balancer Everything() => new Balancer(new() { Clock = () => 0, IsPromiscuousPing = true })
        .Pool("all", 1, 2, 3).Pool("empty")
        .Flow(new()
        {
            Name = "picky", Target = "all", Priority = "9", Protocols = "tcp,udp", Destinations = "20.0.0.0/8,2000::/3",
            Sources = "10.0.0.0/8,1000::/16", DestinationPorts = "1-100,200", SourcePorts = "1000-2000",
            Match = "tcp[2:2]&0xff=80,udp[0:4]=1",
        })
        .Flow(new()
        {
            Name = "sctp", Target = "all", Priority = "8", Protocols = "sctp", UdpEncapsulation = "9899",
        })
        .Flow(new() { Name = "rest", Target = "empty", SourcePorts = "1-500" });
}
