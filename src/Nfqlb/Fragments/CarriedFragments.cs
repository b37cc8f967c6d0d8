using Nfqlb.Carried;

namespace Nfqlb.Fragments;

/// <summary>What one balancer remembers of fragmented packets, checked, for the next one's table.</summary>
/// <remarks>Begins with a number of packets; <see cref="CarriedPacket"/> says what follows for each.</remarks>
public sealed class CarriedFragments
{
    private readonly List<CarriedPacket> _packets = [];

    private CarriedFragments()
    {
    }

    internal IReadOnlyList<CarriedPacket> Packets => _packets;

    /// <summary>Reads what <see cref="FragmentTable.WriteTo"/> has written.</summary>
    /// <exception cref="CarriedException">It is torn, or no table has written it.</exception>
    public static CarriedFragments Read(ref CarriedReader reader)
    {
        var read = new CarriedFragments();
        for (int count = reader.ReadCount(CarriedPacket.LeastBytes); count > 0; count--)
        {
            read._packets.Add(CarriedPacket.Read(ref reader));
        }
        return read;
    }
}
