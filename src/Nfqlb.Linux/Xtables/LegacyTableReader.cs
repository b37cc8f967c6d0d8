using System.Buffers.Binary;
using System.Text;
using Nfqlb.Filters;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Xtables;

/// <summary>Reads the rules of iptables-legacy, which nf_tables does not list.</summary>
/// <remarks>Tables that are not in use are not asked for: that alone would make the kernel load them.</remarks>
public static class LegacyTableReader
{
    private const int MostTries = 5;

    /// <summary>SOL_IP and SOL_IPV6.</summary>
    private const int Ipv4Level = 0, Ipv6Level = 41;

    /// <summary>IPT_SO_GET_INFO and IPT_SO_GET_ENTRIES; those of IPv6 have the same numbers.</summary>
    private const int GetInfo = 64, GetEntries = 65;

    /// <summary>XT_TABLE_MAXNAMELEN, sizeof(struct ipt_getinfo), offsetof(struct ipt_get_entries, entrytable).
    /// </summary>
    private const int NameBytes = 32, InfoBytes = 84, HeaderBytes = 40;

    /// <summary>All chains of the network namespace of this thread. A kernel without such tables has none.</summary>
    /// <exception cref="SystemCallException">The kernel refuses to tell.</exception>
    /// <exception cref="IOException">The tables in use cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">They are for root alone to see.</exception>
    public static IReadOnlyList<FilterChain> Read() =>
    [
        .. Read("/proc/thread-self/net/ip_tables_names", LibC.AF_INET, Ipv4Level),
        .. Read("/proc/thread-self/net/ip6_tables_names", LibC.AF_INET6, Ipv6Level),
    ];

    private static List<FilterChain> Read(string listing, int family, int level)
    {
        var chains = new List<FilterChain>();
        string[] names = File.Exists(listing) ? File.ReadAllLines(listing) : [];
        if (names.Length > 0)
        {
            using var socket = new FdHandle(LibC.socket(family, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0)
                .ThrowOnError("socket", listing));
            foreach (string name in names)
            {
                chains.AddRange(ReadTable(socket, level, name));
            }
        }
        return chains;
    }

    /// <summary>It may grow between both questions.</summary>
    private static IReadOnlyList<FilterChain> ReadTable(FdHandle socket, int level, string name)
    {
        for (int tries = 1; ; tries++)
        {
            byte[] info = new byte[InfoBytes];
            Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameBytes - 1)), info);
            LibC.getsockopt(socket, level, GetInfo, info).ThrowOnError("getsockopt", $"iptables-legacy {name}");
            int size = BinaryPrimitives.ReadInt32LittleEndian(info.AsSpan(InfoBytes - sizeof(int)));
            byte[] entries = new byte[HeaderBytes + size];
            info.AsSpan(0, NameBytes).CopyTo(entries);
            BitConverter.TryWriteBytes(entries.AsSpan(NameBytes), size);
            var result = LibC.getsockopt(socket, level, GetEntries, entries);
            if (result.IsSuccess || result.Errno != LibC.EAGAIN || tries == MostTries)
            {
                result.ThrowOnError("getsockopt", $"iptables-legacy {name}");
                return LegacyTable.Decode(name, level == Ipv4Level, info, entries.AsSpan(HeaderBytes));
            }
        }
    }
}
