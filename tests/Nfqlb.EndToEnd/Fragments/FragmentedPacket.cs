using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>A packet in several fragments.</summary>
/// <param name="Pieces">In the order of their offsets.</param>
internal sealed record FragmentedPacket(PacketTuple Tuple, byte[] Segment, uint Id, IReadOnlyList<byte[]> Pieces)
{
    public const int PieceCount = 5;

    // Pieces of at most an MTU and at least three units: another one can overlap them in part, and the first one has
    // room for a TCP header, without which IPv6 would not put it together (RFC 7112).
    private const int SmallestPayload = 3 * PieceCount * IpHeader.FragmentUnit, LargestPayload = PieceCount * 1400;

    public IpHeader Header => IpHeader.Of(Tuple);

    /// <summary>The same number of packets of each family, each with an identity of its own.</summary>
    /// <param name="firstId">Ids from here on; others for each use within the time that they are remembered.</param>
    public static FragmentedPacket[] Some(Random random, int ofEachFamily, uint firstId, int virtualAddress = 0) =>
    [
        .. from isIPv6 in Tuples.Families
           from number in Enumerable.Range(0, ofEachFamily)
           select Make(isIPv6, number, random.Next(SmallestPayload, LargestPayload), firstId,
               virtualAddress, random),
    ];

    /// <summary>A fragment of the last bytes of one piece and the first ones of the next.</summary>
    public byte[] Overlap(int piece) => Header.Fragment(Segment, Id,
        Start(piece + 1) - IpHeader.FragmentUnit, Start(piece + 1) + IpHeader.FragmentUnit);

    /// <summary>A last fragment by which the packet ends earlier than it does.</summary>
    public byte[] OtherEnd() =>
        Header.Fragment(Segment[..^IpHeader.FragmentUnit], Id, Start(PieceCount - 1), Segment.Length);

    /// <summary>What the pieces are expected to do: all go where the first one says.</summary>
    public IEnumerable<PredictedPacket> Predict(BalancerModel model) => Predict(model, Pieces);

    /// <summary>The same for some of its fragments.</summary>
    public IEnumerable<PredictedPacket> Predict(BalancerModel model, IEnumerable<byte[]> pieces)
    {
        int mark = model.MarkOf(Tuple) ?? throw new InvalidOperationException($"the model drops {Tuple}");
        return pieces.Select(piece => new PredictedPacket(piece, mark));
    }

    private int Start(int piece) => IpHeader.StartOf(Segment.Length, piece, PieceCount);

    // Four neighbours share addresses. In IPv4 they share their id too, and differ in protocol alone (RFC 791,
    // section 3.2); in IPv6 the protocol does not tell packets apart (RFC 8200, section 4.5).
    private static FragmentedPacket Make(
        bool isIPv6, int number, int payloadBytes, uint firstId, int virtualAddress, Random random)
    {
        byte[] protocols = [PacketTuple.Udp, PacketTuple.Tcp, PacketTuple.Sctp];
        int turn = number % (protocols.Length + 1);
        PacketTuple tuple = turn < protocols.Length
            ? Tuples.WithPorts(isIPv6, protocols[turn], number)
            : Tuples.Echo(isIPv6, number, id: (ushort)(number * 321));
        tuple = tuple with
        {
            Source = Tuples.Client(isIPv6, number / (protocols.Length + 1) + 1),
            Destination = Tuples.VirtualAddress(isIPv6, virtualAddress),
        };
        byte[] payload = new byte[payloadBytes];
        random.NextBytes(payload);
        byte[] segment = Wire.Segment.Of(tuple, payload);
        uint id = firstId + (uint)(isIPv6 ? number : number / (protocols.Length + 1));
        return new FragmentedPacket(tuple, segment, id, IpHeader.Of(tuple).Fragments(segment, id, PieceCount));
    }
}
