namespace Nfqlb.EndToEnd.Lab;

/// <summary>What a kernel counts of the packets of a network namespace.</summary>
internal static class KernelCounters
{
    /// <summary>By name: of IPv4 as `Udp:InDatagrams`, of IPv6 as `Udp6InDatagrams`.</summary>
    /// <param name="inside">A process of the namespace.</param>
    public static IReadOnlyDictionary<string, long> Of(BackgroundProcess inside)
    {
        // A line of names and one of numbers a protocol.
        IEnumerable<(string, string)> ipv4 = Read(inside, "snmp").Chunk(2).SelectMany(pair =>
            pair[0].Skip(1).Zip(pair[1].Skip(1), (name, value) => (pair[0][0] + name, value)));
        // A line a counter.
        IEnumerable<(string, string)> ipv6 = Read(inside, "snmp6").Select(fields => (fields[0], fields[1]));
        return ipv4.Concat(ipv6).ToDictionary(counter => counter.Item1, counter => long.Parse(counter.Item2));
    }

    // /proc/ID/net is the view of that process, so nothing has to be run inside.
    private static IEnumerable<string[]> Read(BackgroundProcess inside, string file) =>
        File.ReadLines($"/proc/{inside.Id}/net/{file}")
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
