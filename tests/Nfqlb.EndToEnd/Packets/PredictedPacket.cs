namespace Nfqlb.EndToEnd.Packets;

/// <summary>A packet that a test has made, and where it has to arrive.</summary>
/// <param name="Bytes">From the first byte of the IP header on.</param>
/// <param name="Mark">Of the target; null where it may not arrive anywhere.</param>
internal sealed record PredictedPacket(byte[] Bytes, int? Mark)
{
    /// <summary>Fails unless each packet has arrived at its target, once, and nothing else anywhere.</summary>
    /// <param name="arrivals">The packets that each target has seen, by its mark.</param>
    public static void Check(
        IEnumerable<PredictedPacket> packets, IReadOnlyDictionary<int, IReadOnlyList<byte[]>> arrivals)
    {
        PredictedPacket[] sent = [.. packets];
        Dictionary<(string, int), int> wanted = sent.Where(packet => packet.Mark != null)
            .CountBy(packet => (Identity(packet.Bytes), packet.Mark!.Value)).ToDictionary();
        Dictionary<(string, int), int> seen = arrivals
            .SelectMany(target => target.Value.Select(bytes => (Identity(bytes), target.Key)))
            .CountBy(arrival => arrival).ToDictionary();
        Dictionary<string, int> places = sent.Select(packet => Identity(packet.Bytes)).Index()
            .DistinctBy(packet => packet.Item).ToDictionary(packet => packet.Item, packet => packet.Index);
        string[] wrong =
        [
            .. from key in wanted.Keys.Union(seen.Keys)
               let want = wanted.GetValueOrDefault(key)
               let got = seen.GetValueOrDefault(key)
               where want != got
               let place = places.GetValueOrDefault(key.Item1, -1)
               orderby place
               select $"target of mark {key.Item2}: {got}, not {want}, of packet {place}: {key.Item1}",
        ];
        Assert.True(wrong.Length == 0, $"{wrong.Length} went wrong of {sent.Length} packets:\n"
            + string.Join('\n', wrong.Take(10).Select(line => line[..Math.Min(line.Length, 160)])));
    }

    /// <summary>What routers leave as it is: all but hop limit and the check sum of an IPv4 header.</summary>
    public static string Identity(byte[] packet)
    {
        byte[] lasting = [.. packet];
        if (lasting[0] >> 4 == 4)
        {
            lasting[8] = lasting[10] = lasting[11] = 0;
        }
        else
        {
            lasting[7] = 0;
        }
        return Convert.ToHexStringLower(lasting);
    }
}
