namespace Nfqlb.Tests.Packets;

/// <summary>What the parser makes of each row of the tables.</summary>
public class PacketTests
{
    public static TheoryData<string> Valid => PacketCase.NamesOf(ValidPackets.Rows);

    public static TheoryData<string> Hostile => PacketCase.NamesOf(HostilePackets.Rows);

    [Theory, MemberData(nameof(Valid))]
    public void A_valid_packet_has_a_key(string name)
    {
        var row = ValidPackets.Rows.Single(row => row.Name == name);
        Assert.Equal(row.Expected, Described.Parse(row.Bytes));
    }

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_packet_has_a_reason(string name)
    {
        var row = HostilePackets.Rows.Single(row => row.Name == name);
        Assert.Equal(row.Expected, Described.Parse(row.Bytes));
    }

    [Fact]
    public void Every_reason_has_a_row()
    {
        var reasons = Enum.GetNames<Nfqlb.Packets.Unparsable>().Except(["None"]);
        Assert.Empty(reasons.Except(HostilePackets.Rows.Select(row => row.Expected)));
    }
}
