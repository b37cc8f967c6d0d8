using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>A packet as the index looks for its flow.</summary>
internal readonly ref struct FlowQuery
{
    private readonly ref readonly Packet _packet;
    private readonly ReadOnlySpan<byte> _bytes;

    public FlowQuery(in Packet packet, ReadOnlySpan<byte> bytes, bool isByAddresses)
    {
        _packet = ref packet;
        _bytes = bytes;
        IsByAddresses = isByAddresses;
    }

    /// <summary>Promiscuous ping: any flow with these addresses will do.</summary>
    public bool IsByAddresses { get; }

    public Address Destination => _packet.Key.Destination;

    public Address Source => _packet.Key.Source;

    public Address Service => IsByAddresses ? Index.Service.Ping : Index.Service.Of(_packet.Key);

    public IpProtocol Protocol => _packet.Key.Protocol;

    public ushort DestinationPort => _packet.Key.DestinationPort;

    /// <summary>Asks the flow itself, about everything.</summary>
    public bool IsAcceptedBy(FlowEntry entry) => IsByAddresses
        ? entry.Pool is not null && entry.Flow.AcceptsAddresses(_packet.Key)
        : entry.Flow.Accepts(_packet, _bytes);
}
