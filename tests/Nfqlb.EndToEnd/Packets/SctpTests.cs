using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>SCTP has several addresses an association: by ports alone all its packets meet.</summary>
[Collection(SharedTestbed.Name)]
public sealed class SctpTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int AssociationCount = 40;
    private const ushort Port = 5000, EncapsulationPort = 9899;

    [KernelFact]
    public void By_ports_alone_all_addresses_of_an_association_lead_to_one_target() =>
        testbed.Run(Model(HashMode.SctpPortsOnly), [], output, crossing =>
        {
            PacketTuple[][] associations = [.. Enumerable.Range(0, AssociationCount).Select(Association)];
            int?[] homes = [.. associations.Select(paths => paths.Select(crossing.Model.MarkOf).Distinct().Single())];
            Assert.Equal(SharedTestbed.Marks.Count, homes.Distinct().Count());

            crossing.Check(Packets(crossing.Model, associations.SelectMany(paths => paths)));
        });

    [KernelFact]
    public void By_the_whole_tuple_each_address_pair_goes_its_own_way() =>
        testbed.Run(Model(HashMode.FiveTuple), [], output, crossing =>
        {
            PacketTuple[][] associations = [.. Enumerable.Range(0, AssociationCount).Select(Association)];
            Assert.Contains(associations, paths => paths.Select(crossing.Model.MarkOf).Distinct().Count() > 1);

            crossing.Check(Packets(crossing.Model, associations.SelectMany(paths => paths)));
        });

    [KernelTheory]
    [InlineData(0)]
    [InlineData(1)]
    public void Inside_udp_sctp_goes_by_its_own_ports(int hashMode) =>
        testbed.Run(Model((HashMode)hashMode), [], output, crossing =>
        {
            PacketTuple[] paths = [.. Enumerable.Range(0, AssociationCount).SelectMany(Association)];
            PredictedPacket[] packets =
            [
                .. paths.Select((path, i) => InUdp(path, (ushort)(20_000 + i), EncapsulationPort,
                    crossing.Model.MarkOf(path))),
                // Another port of UDP is UDP, and another port inside is no port of the flow.
                InUdp(paths[0], 20_000, EncapsulationPort + 1, null),
                InUdp(paths[0] with { DestinationPort = Port + 1 }, 20_000, EncapsulationPort, null),
            ];

            crossing.Check(packets);
        });

    private static BalancerModel Model(HashMode mode)
    {
        var model = new BalancerModel
        {
            HashMode = mode, Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) },
        };
        model.SetFlow(new FlowModel("associations", "lb-1")
        {
            Protocols = ["sctp"], DestinationPorts = [$"{Port}"], UdpEncapsulation = EncapsulationPort,
        });
        return model;
    }

    /// <summary>The pairs of addresses of an association: five of the client, two virtual ones a family.</summary>
    private static PacketTuple[] Association(int number) =>
    [
        .. from isIPv6 in Tuples.Families
           from client in Enumerable.Range(0, isIPv6 ? 2 : 3)
           from destination in Enumerable.Range(0, 2)
           select new PacketTuple(
               Tuples.Client(isIPv6, number * 3 + client + 1), Tuples.VirtualAddress(isIPv6, destination),
               PacketTuple.Sctp, (ushort)(30_000 + number * 11), Port),
    ];

    private static PredictedPacket[] Packets(BalancerModel model, IEnumerable<PacketTuple> tuples) =>
    [
        .. tuples.Select(tuple => new PredictedPacket(IpHeader.Of(tuple).Carry(Segment.Of(tuple, 1, 2, 3, 4)),
            model.MarkOf(tuple) ?? throw new InvalidOperationException($"the model drops {tuple}"))),
    ];

    // RFC 6951
    private static PredictedPacket InUdp(PacketTuple path, ushort udpSource, ushort udpDestination, int? mark)
    {
        PacketTuple carrier = path with
        {
            Protocol = PacketTuple.Udp, SourcePort = udpSource, DestinationPort = udpDestination,
        };
        return new PredictedPacket(
            IpHeader.Of(carrier).Carry(Segment.Of(carrier, Segment.Of(path, 1, 2, 3, 4))), mark);
    }
}
