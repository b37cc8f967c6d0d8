using Nfqlb.Flows;

namespace Nfqlb.Benchmarks.Support;

/// <summary>A flow table and packets that hit all over it.</summary>
internal sealed class Traffic
{
    /// <summary>A run takes each packet once, so that no run is so short that it measures a cached branch.</summary>
    public const int Packets = 1024;

    private const string PoolName = "pool";

    /// <summary>The flows.</summary>
    public FlowTable Flows { get; } = new(workers: 1);

    /// <summary>Packets of flows drawn at random (seed 1).</summary>
    public byte[][] Bytes { get; }

    /// <summary>Sets the flows one after the other.</summary>
    public Traffic(FlowShape shape, int flows)
    {
        var pool = Pools.Full(PoolName, entries: 9973, slots: 100);
        for (int flow = 0; flow < flows; flow++)
        {
            var (destination, source, ports) = FlowShapes.ConditionsOf(shape, flow);
            var text = new FlowText
            {
                Name = $"flow-{flow}",
                Target = PoolName,
                Protocols = "udp",
                Destinations = destination,
                Sources = source,
                DestinationPorts = ports,
            };
            Flows.Set(text.Parse(), pool);
        }
        var random = new Random(1);
        Bytes = [.. Enumerable.Range(0, Packets).Select(_ => FlowShapes.PacketOf(shape, random.Next(flows)))];
    }
}
