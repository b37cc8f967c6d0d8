using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Benchmarks.Support;

/// <summary>A flow table and packets that hit all over it.</summary>
internal sealed class Traffic
{
    /// <summary>A run takes each packet once: enough of them that 10,000 flows are all over the caches, as in the
    /// field, and that no branch is learnt by heart.</summary>
    public const int Packets = 16_384;

    private const string PoolName = "pool";

    /// <summary>The flows.</summary>
    public FlowTable Flows { get; } = new(workers: 1);

    /// <summary>Where all flows lead.</summary>
    public TargetPool Pool { get; } = Pools.Full(PoolName, entries: 9973, slots: 100);

    /// <summary>Packets of connections and flows drawn at random (seed 1).</summary>
    public byte[][] Bytes { get; }

    /// <summary>Sets the flows one after the other.</summary>
    public Traffic(FlowShape shape, int flows)
    {
        for (int flow = 0; flow < flows; flow++)
        {
            Flows.Set(FlowOf(shape, flow), Pool);
        }
        var random = new Random(1);
        Bytes =
        [
            .. Enumerable.Range(0, Packets).Select(_ => FlowShapes.PacketOf(
                shape, random.Next(flows), sourcePort: (ushort)random.Next(1, ushort.MaxValue))),
        ];
    }

    /// <summary>A flow of a shape.</summary>
    /// <param name="shape">What it has in common with the others.</param>
    /// <param name="flow">Which of them, from 0.</param>
    /// <param name="priority">Higher goes first.</param>
    public static Flow FlowOf(FlowShape shape, int flow, int priority = 0)
    {
        var (destination, source, ports) = FlowShapes.ConditionsOf(shape, flow);
        var text = new FlowText
        {
            Name = $"flow-{flow}",
            Target = PoolName,
            Priority = $"{priority}",
            Protocols = "udp",
            Destinations = destination,
            Sources = source,
            DestinationPorts = ports,
        };
        return text.Parse();
    }
}
