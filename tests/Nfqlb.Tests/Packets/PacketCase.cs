namespace Nfqlb.Tests.Packets;

/// <summary>A row of the tables: what it is, its bytes, and what a parser should say of them.</summary>
internal sealed record PacketCase(string Name, byte[] Bytes, string Expected)
{
    /// <summary>All rows of all tables.</summary>
    public static IEnumerable<PacketCase> All => [.. ValidPackets.Rows, .. HostilePackets.Rows];

    /// <summary>Names as xunit takes them, one test each.</summary>
    public static TheoryData<string> NamesOf(IEnumerable<PacketCase> rows) => [.. rows.Select(row => row.Name)];
}
