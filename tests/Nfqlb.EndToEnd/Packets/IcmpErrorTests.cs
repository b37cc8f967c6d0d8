using System.Net;
using System.Net.Sockets;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Errors about what a target has sent come to a balancer, and have to reach that target.</summary>
[Collection(SharedTestbed.Name)]
public sealed class IcmpErrorTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int TuplesOfEach = 8;
    private const ushort ServicePort = 80, AssociationPort = 5000, EncapsulationPort = 9899;

    [KernelFact]
    public void Every_kind_of_error_reaches_the_target_whose_packet_caused_it() =>
        testbed.Run(Model(), [], output, crossing =>
        {
            PredictedPacket[] errors = [.. Tuples.Families.SelectMany(isIPv6 => Errors(crossing.Model, isIPv6))];
            Assert.All(SharedTestbed.Marks, mark => Assert.Contains(errors, error => error.Mark == mark));

            crossing.Check(errors);
        });

    [KernelFact]
    public void An_error_about_sctp_in_udp_goes_by_the_ports_inside() => testbed.Run(Model(), [], output, crossing =>
    {
        PredictedPacket[] errors =
        [
            .. from isIPv6 in Tuples.Families
               from number in Enumerable.Range(1, 20)
               let association = Tuples.WithPorts(isIPv6, PacketTuple.Sctp, number, AssociationPort)
               let carrier = association with
               {
                   Protocol = PacketTuple.Udp,
                   SourcePort = (ushort)(2000 + number),
                   DestinationPort = EncapsulationPort,
               }
               let cause = IpHeader.Of(carrier.Answer()).Carry(
                   Segment.Of(carrier.Answer(), Segment.Of(association.Answer(), 1, 2, 3, 4)))
               select Error(Of(isIPv6)[2], cause, association, crossing.Model),
        ];
        Assert.All(SharedTestbed.Marks, mark => Assert.Contains(errors, error => error.Mark == mark));

        crossing.Check(errors);
    });

    [KernelFact]
    public void An_error_about_an_answered_ping_goes_by_its_id()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        testbed.Run(model, [], output, crossing =>
        {
            PredictedPacket[] errors =
            [
                .. from isIPv6 in Tuples.Families
                   from number in Enumerable.Range(1, 20)
                   let ping = Tuples.Echo(isIPv6, 1, (ushort)(number * 321))
                   select Error(Of(isIPv6)[2], Tuples.EchoReply(ping), ping, model),
            ];
            Assert.All(SharedTestbed.Marks, mark => Assert.Contains(errors, error => error.Mark == mark));

            crossing.Check(errors);
        });
    }

    private static BalancerModel Model()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        // No flow but these: an error that went by anything else than the packet inside would end here.
        model.SetFlow(new FlowModel("services", "lb-1")
        {
            Protocols = ["tcp", "udp"], DestinationPorts = [$"{ServicePort}"],
        });
        model.SetFlow(new FlowModel("associations", "lb-1")
        {
            Protocols = ["sctp"], DestinationPorts = [$"{AssociationPort}"], UdpEncapsulation = EncapsulationPort,
        });
        return model;
    }

    private static IReadOnlyList<IcmpError> Of(bool isIPv6) => isIPv6 ? IcmpError.OfIPv6 : IcmpError.OfIPv4;

    private static IEnumerable<PredictedPacket> Errors(BalancerModel model, bool isIPv6)
    {
        int number = 0;
        foreach (IcmpError error in Of(isIPv6))
        {
            foreach (byte protocol in (byte[])[PacketTuple.Tcp, PacketTuple.Udp, PacketTuple.Sctp])
            {
                ushort port = protocol == PacketTuple.Sctp ? AssociationPort : ServicePort;
                for (int i = 0; i < TuplesOfEach; i++)
                {
                    PacketTuple tuple = Tuples.WithPorts(isIPv6, protocol, ++number, port);
                    yield return Error(error, Cause(tuple.Answer(), shape: i % 4), tuple, model);
                }
            }
        }
    }

    /// <summary>As much of a packet as an error may carry.</summary>
    private static byte[] Cause(PacketTuple answer, int shape)
    {
        var header = IpHeader.Of(answer);
        byte[] segment = Segment.Of(answer, new byte[64]);
        byte[] whole = header.Carry(segment);
        return shape switch
        {
            0 => whole,
            1 => whole[..^(segment.Length - 8)], // RFC 792: at least 8 bytes behind the IP header
            2 => header.Fragment(segment, 77, 0, 56), // a first fragment has ports too
            _ => (header with { Extensions = Enum.GetValues<Extension>() }).Carry(segment), // where there are any
        };
    }

    private static PredictedPacket Error(IcmpError error, byte[] cause, PacketTuple tuple, BalancerModel model)
    {
        IPAddress router = Tuples.Router(tuple.Source.AddressFamily == AddressFamily.InterNetworkV6);
        return new PredictedPacket(error.About(cause, router, tuple.Destination),
            model.MarkOf(tuple) ?? throw new InvalidOperationException($"the model drops {tuple}"));
    }
}
