using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>Random damage: the parser agrees with the slow one, never throws, never reads past the end.</summary>
public class PacketFuzzTests
{
    private const int Inputs = 100_000;

    [Fact]
    public void The_parser_agrees_with_the_reference_on_damaged_packets() => Seeded.Run(random =>
    {
        using var memory = new GuardedBytes();
        int parsed = 0;
        for (int i = 0; i < Inputs; i++)
        {
            parsed += Compare(Mutation.Next(random), memory) ? 1 : 0;
        }
        // Damage that only ever ruins packets would test little.
        Assert.InRange(parsed, Inputs / 10, Inputs * 9 / 10);
    });

    public static TheoryData<string> Remembered => [.. Mutation.Remembered.Keys];

    [Theory, MemberData(nameof(Remembered))]
    public void It_agrees_on_what_is_remembered_cut_at_each_length(string name)
    {
        using var memory = new GuardedBytes();
        byte[] packet = Mutation.Remembered[name];
        for (int length = 0; length <= packet.Length; length++)
        {
            Compare(packet[..length], memory);
        }
    }

    [Fact]
    public void Nothing_is_read_past_the_end_in_search_of_encapsulated_Sctp() => Seeded.Run(random =>
    {
        using var memory = new GuardedBytes();
        for (int i = 0; i < Inputs; i++)
        {
            var bytes = memory.Flush(Mutation.Next(random));
            if (Packet.TryParse(bytes, out var packet) == Unparsable.None
                && packet.TryDecapsulateSctp(bytes, out var sctp) == Unparsable.None)
            {
                Assert.Equal(IpProtocol.Sctp, sctp.Key.Protocol);
            }
        }
    });

    [Fact]
    public void The_reference_agrees_with_the_tables()
    {
        foreach (var row in ValidPackets.Rows)
        {
            Assert.Equal(row.Expected, ReferenceParser.Parse(row.Bytes));
        }
        foreach (var row in HostilePackets.Rows)
        {
            Assert.Null(ReferenceParser.Parse(row.Bytes));
        }
    }

    /// <returns>True when the packet has a key.</returns>
    private static bool Compare(byte[] packet, GuardedBytes memory)
    {
        string? expected = ReferenceParser.Parse(packet);
        string actual = Described.Parse(memory.Flush(packet));
        bool isSame = expected == actual || (expected is null && Enum.TryParse<Unparsable>(actual, out _));
        Assert.True(isSame, $"{Convert.ToHexString(packet)}: {actual}, expected {expected}");
        return expected is not null;
    }
}
