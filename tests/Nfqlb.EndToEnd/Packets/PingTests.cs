using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Echo requests, and other ICMP that carries no packet.</summary>
[Collection(SharedTestbed.Name)]
public sealed class PingTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int PingCount = 60;

    [KernelFact]
    public void Echo_requests_of_one_host_are_told_apart_by_their_id()
    {
        BalancerModel model = Model(promiscuousPing: false, new FlowModel("all", "lb-1"));
        testbed.Run(model, [], output, crossing =>
        {
            PredictedPacket[] pings = [.. Pings(number => 1, model.MarkOf)];
            Assert.All(SharedTestbed.Marks, mark => Assert.Contains(pings, ping => ping.Mark == mark));

            crossing.Check(pings);
        });
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flow_of_ports_takes_echo_requests_alone_and_only_when_ping_is_promiscuous(bool promiscuousPing)
    {
        BalancerModel model = Model(promiscuousPing, new FlowModel("web", "lb-1")
        {
            Protocols = ["tcp"], DestinationPorts = ["80"],
            Destinations = [$"{Testbed.VirtualAddresses[0]}/32", $"{Testbed.VirtualAddresses[2]}/128"],
        });
        testbed.Run(model, [], output, crossing =>
        {
            PredictedPacket[] pings = [.. Pings(number => number, model.MarkOf)];
            Assert.Equal(promiscuousPing, pings.Any(ping => ping.Mark != null));

            crossing.Check(
            [
                .. pings,
                .. Pings(number => number, _ => null, virtualAddress: 1),
                .. Tuples.Families.SelectMany(OtherIcmp).Select(bytes => new PredictedPacket(bytes, null)),
            ]);
        });
    }

    private static BalancerModel Model(bool promiscuousPing, FlowModel flow)
    {
        var model = new BalancerModel
        {
            PromiscuousPing = promiscuousPing,
            Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) },
        };
        model.SetFlow(flow);
        return model;
    }

    private static IEnumerable<PredictedPacket> Pings(
        Func<int, int> clientOf, Func<PacketTuple, int?> markOf, int virtualAddress = 0) =>
        from isIPv6 in Tuples.Families
        from number in Enumerable.Range(1, PingCount)
        let echo = Tuples.Echo(isIPv6, clientOf(number), id: (ushort)(number * 321)) with
        {
            Destination = Tuples.VirtualAddress(isIPv6, virtualAddress),
        }
        select new PredictedPacket(IpHeader.Of(echo).Carry(Segment.Of(echo, new byte[40])), markOf(echo));

    // A reply, a time stamp and an information request (RFC 792); a reply, a node information query (RFC 4443, 4620).
    private static IEnumerable<byte[]> OtherIcmp(bool isIPv6)
    {
        PacketTuple tuple = Tuples.Echo(isIPv6, 1, id: 1);
        byte[] types = isIPv6 ? [129, 139] : [0, 13, 15];
        return types.Select(type => IpHeader.Of(tuple).Carry(isIPv6
            ? Segment.Icmp6(tuple.Source, tuple.Destination, type, 0, [0, 1], [0, 1], new byte[24])
            : Segment.Icmp4(type, 0, [0, 1], [0, 1], new byte[24])));
    }
}
