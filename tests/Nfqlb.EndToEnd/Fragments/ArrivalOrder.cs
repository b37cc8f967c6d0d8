namespace Nfqlb.EndToEnd.Fragments;

/// <summary>The order in which the fragments of some packets come.</summary>
public enum ArrivalOrder
{
    /// <summary>Packet after packet, each as it was sent.</summary>
    InOrder,

    /// <summary>Packet after packet, each from its last fragment to its first.</summary>
    Reversed,

    /// <summary>Packet after packet, each in an order of its own.</summary>
    Shuffled,

    /// <summary>All fragments of all packets in any order.</summary>
    Interleaved,
}

/// <summary>A fragment that comes, and the packet it is of.</summary>
internal readonly record struct Arrival(FragmentedPacket Packet, byte[] Piece);

/// <summary>Orders fragments.</summary>
internal static class Arrange
{
    /// <summary>All pieces of all packets.</summary>
    public static Arrival[] By(
        this ArrivalOrder order, Random random, IEnumerable<FragmentedPacket> packets)
    {
        Arrival[][] pieces =
            [.. packets.Select(packet => packet.Pieces.Select(piece => new Arrival(packet, piece)).ToArray())];
        foreach (Arrival[] ofOne in pieces)
        {
            if (order == ArrivalOrder.Reversed)
            {
                ofOne.Reverse();
            }
            else if (order == ArrivalOrder.Shuffled)
            {
                random.Shuffle(ofOne);
            }
        }
        Arrival[] all = [.. pieces.SelectMany(ofOne => ofOne)];
        if (order == ArrivalOrder.Interleaved)
        {
            random.Shuffle(all);
        }
        return all;
    }

    /// <summary>How many pieces come before the first one of their packet; what comes twice counts once.</summary>
    public static int EarlyPieces(this IEnumerable<Arrival> arrivals) => arrivals
        .GroupBy(arrival => arrival.Packet.Pieces[0], arrival => arrival.Piece)
        .Where(packet => packet.Contains(packet.Key))
        .Sum(packet => packet.TakeWhile(piece => piece != packet.Key).Distinct().Count());
}
