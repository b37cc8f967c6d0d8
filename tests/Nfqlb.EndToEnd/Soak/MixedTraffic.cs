using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;

using Clients = Nfqlb.EndToEnd.Packets.Tuples;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Packets of the test's own making: fragments in every order, pings, SCTP, of both families.</summary>
/// <param name="Packets">In their order.</param>
/// <param name="Sent">What each of them is, by its <see cref="PredictedPacket.Identity"/>.</param>
/// <param name="EarlyFragments">Those that come before the first fragment of their packet, and so come twice.</param>
internal sealed record MixedTraffic(
    IReadOnlyList<byte[]> Packets, IReadOnlyDictionary<string, SentPacket> Sent, int EarlyFragments)
{
    private const int FragmentedOfEachFamily = 30, WholeOfEachFamily = 300;

    /// <param name="number">Of the round: fragments of one round are none of another.</param>
    /// <param name="withFragments">False where routes go, which fragments may still have to take.</param>
    public static MixedTraffic Make(Random random, int number, bool withFragments)
    {
        ArrivalOrder order = random.Next(2) == 0 ? ArrivalOrder.Shuffled : ArrivalOrder.Interleaved;
        uint firstId = (uint)(1000 + number % 500 * 100);
        Arrival[] arrivals = withFragments
            ? order.By(random, FragmentedPacket.Some(random, FragmentedOfEachFamily, firstId))
            : [];
        var packets = new List<byte[]>();
        var sent = new Dictionary<string, SentPacket>();
        void Add(byte[] packet, PacketTuple tuple, object whole)
        {
            packets.Add(packet);
            sent.Add(PredictedPacket.Identity(packet), new SentPacket(tuple, whole));
        }
        foreach (Arrival arrival in arrivals)
        {
            Add(arrival.Piece, arrival.Packet.Tuple, arrival.Packet);
        }
        foreach (bool isIPv6 in Clients.Families)
        {
            for (int i = 0; i < WholeOfEachFamily; i++)
            {
                int client = random.Next(1, 2000);
                PacketTuple tuple = i % 2 == 0
                    ? Clients.Echo(isIPv6, client, (ushort)random.Next(65_536))
                    : Clients.WithPorts(isIPv6, PacketTuple.Sctp, client, (ushort)random.Next(1, 65_536));
                byte[] payload = new byte[random.Next(16, 200)];
                random.NextBytes(payload);
                byte[] packet = IpHeader.Of(tuple).Carry(Segment.Of(tuple, payload));
                Add(packet, tuple, packet);
            }
        }
        return new MixedTraffic(packets, sent, arrivals.EarlyPieces());
    }
}

/// <summary>A packet or a fragment of one.</summary>
/// <param name="Tuple">Of the packet.</param>
/// <param name="Whole">The same object for all fragments of a packet.</param>
internal sealed record SentPacket(PacketTuple Tuple, object Whole);
