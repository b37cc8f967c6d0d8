using System.Net;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>Fragments of 28 bytes, each of a packet of its own, whose first fragment never comes.</summary>
internal static class OrphanFlood
{
    private const int UnitBytes = 8;

    /// <summary>The orphans, from sources in turn.</summary>
    public static IEnumerable<byte[]> Make(int count, IReadOnlyList<IPAddress> sources, int firstId = 1) =>
        from number in Enumerable.Range(0, count)
        let tuple = new PacketTuple(sources[number % sources.Count], Packets.Tuples.VirtualAddress(false, 0),
            PacketTuple.Udp, 4000, 80)
        let id = (ushort)(firstId + number)
        select IpHeader.Of(tuple).Fragment(new byte[2 * UnitBytes], id, UnitBytes, 2 * UnitBytes);
}
