using Nfqlb.Flows;
using Nfqlb.Tests.Flows.Index;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows;

/// <summary>Which conditions keep a packet out, against flows that have one condition each.</summary>
public class FailedByTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Each_condition_is_named_that_fails_alone_too() => Seeded.Run(random =>
    {
        var flows = Shape.Of("a little of everything").Flows(random, 200);
        byte[] bytes = PlainPacket.NewBytes();
        var seen = new HashSet<FlowConditions>();
        for (int i = 0; i < Rounds; i++)
        {
            var flow = flows[random.Next(flows.Length)];
            var plain = PlainPacket.Near(flow, random);
            var failed = flow.ToFlow().FailedBy(plain.ToPacket(bytes), bytes);
            Assert.Equal(Expected(flow, plain), failed);
            Assert.Equal(flow.ToFlow().Accepts(plain.ToPacket(bytes), bytes), failed == FlowConditions.None);
            seen.Add(failed);
        }
        Assert.Contains(FlowConditions.None, seen);
        Assert.All(Enum.GetValues<FlowConditions>(), condition => Assert.Contains(condition, seen));
    });

    private static FlowConditions Expected(PlainFlow flow, PlainPacket packet)
    {
        var nothing = new PlainFlow { Name = flow.Name };
        (FlowConditions Condition, PlainFlow Alone)[] parts =
        [
            (FlowConditions.Protocol, nothing with { Protocols = flow.Protocols }),
            (FlowConditions.Destination, nothing with { Destinations = flow.Destinations }),
            (FlowConditions.Source, nothing with { Sources = flow.Sources }),
            (FlowConditions.DestinationPort, nothing with { DestinationPorts = flow.DestinationPorts }),
            (FlowConditions.SourcePort, nothing with { SourcePorts = flow.SourcePorts }),
            (FlowConditions.Bytes, nothing with { Byte = flow.Byte }),
        ];
        return parts.Where(part => !part.Alone.Accepts(packet, isPromiscuousPing: false))
            .Aggregate(FlowConditions.None, (all, part) => all | part.Condition);
    }
}
