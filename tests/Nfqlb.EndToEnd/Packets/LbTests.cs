using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>The balancer without flows: everything goes to one pool.</summary>
[Collection(SharedTestbed.Name)]
public sealed class LbTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int PacketsOfEach = 20;
    private const ushort EncapsulationPort = 9899;

    private readonly Random _random = Seed.Random(output);

    [KernelTheory]
    [InlineData(0)]
    [InlineData(1)]
    public void Packets_of_every_kind_go_where_the_pool_says(int hashMode)
    {
        var model = new BalancerModel
        {
            HashMode = (HashMode)hashMode, Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) },
        };
        model.SetFlow(new FlowModel("all", "lb-1"));
        string[] options =
        [
            RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_frag=400", "--ft_ttl=10000",
            $"--sctp_encap={EncapsulationPort}",
        ];
        testbed.RunLb(model, options, output, crossing =>
        {
            Arrival[] fragments = ArrivalOrder.Interleaved.By(
                _random, FragmentedPacket.Some(_random, PacketsOfEach, firstId: 9000 + 100 * (uint)hashMode));
            PredictedPacket[] packets =
            [
                .. Whole().Select(tuple => new PredictedPacket(
                    IpHeader.Of(tuple).Carry(Segment.Of(tuple, 1, 2, 3, 4)), model.MarkOf(tuple))),
                .. Encapsulated(model),
                .. fragments.SelectMany(arrival => arrival.Packet.Predict(model, [arrival.Piece])),
            ];
            Assert.DoesNotContain(packets, packet => packet.Mark == null);

            crossing.Check(packets, returning: fragments.EarlyPieces());
        });
    }

    private static IEnumerable<PacketTuple> Whole() =>
        from isIPv6 in Tuples.Families
        from number in Enumerable.Range(1, PacketsOfEach)
        from tuple in (PacketTuple[])
        [
            Tuples.WithPorts(isIPv6, PacketTuple.Tcp, number), Tuples.WithPorts(isIPv6, PacketTuple.Udp, number),
            Tuples.WithPorts(isIPv6, PacketTuple.Sctp, number), Tuples.Echo(isIPv6, number, (ushort)(number * 321)),
        ]
        select tuple;

    private static IEnumerable<PredictedPacket> Encapsulated(BalancerModel model) =>
        from isIPv6 in Tuples.Families
        from number in Enumerable.Range(1, PacketsOfEach)
        let association = Tuples.WithPorts(isIPv6, PacketTuple.Sctp, number + PacketsOfEach)
        let carrier = association with { Protocol = PacketTuple.Udp, DestinationPort = EncapsulationPort }
        select new PredictedPacket(IpHeader.Of(carrier).Carry(Segment.Of(carrier, Segment.Of(association, 1, 2, 3, 4))),
            model.MarkOf(association));
}
