namespace Nfqlb.PathBench;

/// <summary>What the client sends, and how it comes in.</summary>
internal enum Traffic
{
    /// <summary>Small packets of many connections, none of which follows another of its own.</summary>
    Small,

    /// <summary>Long packets of few connections, one by one.</summary>
    Bulk,

    /// <summary>The same; the link by which they come puts together those of a connection (UDP GRO).</summary>
    BulkTogether,
}

/// <summary>The numbers to it.</summary>
internal static class Traffics
{
    /// <summary>Bytes of each packet's Ethernet, IPv4 and UDP header, of which a super-packet has one.</summary>
    public const int HeaderBytes = 14 + 20 + 8;

    /// <summary>Different addresses and ports; a round trip through 20,000 takes a tenth of a second.</summary>
    public static int Connections(this Traffic traffic) => traffic == Traffic.Small ? 20_000 : 4;

    /// <summary>Of each packet behind its UDP header; null for as little as the generator needs.</summary>
    public static int? PayloadBytes(this Traffic traffic) => traffic == Traffic.Small ? null : 1200;
}
