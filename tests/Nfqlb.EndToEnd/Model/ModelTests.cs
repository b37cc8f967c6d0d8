using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nfqlb.EndToEnd.Model;

/// <summary>The model is proven against recordings of 1.2.0 before it is used to judge the product.</summary>
public sealed class ModelTests
{
    [Fact]
    public void Hashes_and_marks_are_the_recorded_ones()
    {
        var recorded = RecordedData.Load<RecordedMarks>("hash-fwmark.json");
        PoolModel pool = new PoolModel(recorded.M, recorded.N).Activate(recorded.Activate);

        Assert.NotEmpty(recorded.Lookups);
        foreach (RecordedLookup row in recorded.Lookups)
        {
            var packet = new PacketTuple(IPAddress.Parse(row.Src), IPAddress.Parse(row.Dst), row.ProtocolNumber,
                row.Sport, row.Dport);
            uint hash = row.Proto == null ? FlowHash.OfAddresses(packet) : FlowHash.Of(packet, (HashMode)row.HashMode);

            Assert.Equal((row, row.Hash, row.Fwmark), (row, hash, pool.MarkFor(hash)));
            Assert.Equal(row.Activeindex, pool.Lookup[row.Lookupindex]);
        }
    }

    [Fact]
    public void Tables_are_the_recorded_ones_after_every_history_of_changes()
    {
        RecordedTable[] tables = RecordedData.Load<RecordedTable[]>("maglev-tables.json");

        Assert.NotEmpty(tables);
        foreach (RecordedTable table in tables)
        {
            var pool = new PoolModel(table.RequestedSize, table.N);
            foreach (JsonElement operation in table.Operations)
            {
                Apply(operation, pool);
            }
            Assert.Equal(table.M, pool.Size);
            Assert.Equal(table.OffsetSkip.Select(row => (row[0], row[1])), pool.Rows);
            Assert.Equal(table.Active, pool.Marks.Select(mark => mark ?? -1));
            Assert.Equal(table.Lookup, pool.Lookup.Select(slot => slot ?? -1));
        }
    }

    [Fact]
    public void Echo_requests_have_their_id_where_others_have_zeros()
    {
        var echo = new PacketTuple(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), PacketTuple.Icmp,
            EchoId: 0x1234);

        Assert.Equal("1234010000000000", Convert.ToHexStringLower(FlowHash.Key(echo)[32..]));
    }

    private static void Apply(JsonElement operation, PoolModel pool)
    {
        JsonElement argument = operation[1];
        _ = operation[0].GetString() switch
        {
            "activate" => pool.Activate(argument.Deserialize<int[]>()!),
            "deactivate" => pool.Deactivate(argument.Deserialize<int[]>()!),
            "activate-index" => pool.ActivateAt(argument.GetInt32(), operation[2].GetInt32()),
            "deactivate-index" => pool.ActivateAt(argument.GetInt32(), null),
            var name => throw new InvalidDataException($"unknown operation {name}"),
        };
    }

    private sealed record RecordedMarks(int M, int N, int[] Activate, RecordedLookup[] Lookups);

    private sealed record RecordedLookup(string Src, ushort Sport, string Dst, ushort Dport, string? Proto,
        int HashMode, uint Hash, int Lookupindex, int Activeindex, int Fwmark)
    {
        public byte ProtocolNumber => Proto switch
        {
            null => 0,
            "tcp" => PacketTuple.Tcp,
            "udp" => PacketTuple.Udp,
            "sctp" => PacketTuple.Sctp,
            _ => throw new InvalidDataException($"unknown protocol {Proto}"),
        };
    }

    private sealed record RecordedTable(
        [property: JsonPropertyName("M_requested")] int RequestedSize,
        int N, int M, JsonElement[] Operations, int[] Active, int[] Lookup, int[][] OffsetSkip);
}
