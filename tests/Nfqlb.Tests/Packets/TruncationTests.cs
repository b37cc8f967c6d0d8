using Nfqlb.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>Every packet cut at each length, flush against a page that may not be read.</summary>
public class TruncationTests
{
    public static TheoryData<string> Valid => PacketCase.NamesOf(ValidPackets.Rows);

    public static TheoryData<string> Hostile => PacketCase.NamesOf(HostilePackets.Rows);

    [Theory, MemberData(nameof(Valid))]
    public void A_cut_packet_has_a_reason_or_the_very_same_key(string name)
    {
        using var memory = new GuardedBytes();
        var row = ValidPackets.Rows.Single(row => row.Name == name);
        bool wasParsed = false;
        for (int length = 0; length <= row.Bytes.Length; length++)
        {
            string cut = Described.Parse(memory.Flush(row.Bytes.Cut(length)));
            bool isParsed = cut == row.Expected;
            Assert.True(isParsed || Enum.IsDefined(Enum.Parse<Unparsable>(cut)), $"{length} bytes: {cut}");
            Assert.True(isParsed || !wasParsed, $"{length} bytes lose what {length - 1} bytes said");
            wasParsed = isParsed;
        }
        Assert.True(wasParsed);
    }

    [Theory, MemberData(nameof(Hostile))]
    public void A_cut_hostile_packet_stays_without_a_key(string name)
    {
        using var memory = new GuardedBytes();
        var row = HostilePackets.Rows.Single(row => row.Name == name);
        for (int length = 0; length <= row.Bytes.Length; length++)
        {
            string cut = Described.Parse(memory.Flush(row.Bytes.Cut(length)));
            Assert.True(Enum.TryParse<Unparsable>(cut, out _), $"{length} bytes: {cut}");
        }
    }

    [Fact]
    public void Bytes_behind_the_packet_do_not_matter()
    {
        foreach (var row in ValidPackets.Rows)
        {
            Assert.Equal(row.Expected, Described.Parse([.. row.Bytes, 0xff, 0xff, 0xff]));
        }
    }

    [Fact]
    public void Encapsulated_Sctp_is_found_from_its_ports_on()
    {
        using var memory = new GuardedBytes();
        byte[] packet = Ip.V4().SctpInUdp(9899, 9899, 1000, 5000);
        const int EndOfSctpPorts = 20 + 8 + 4;
        for (int length = 24; length < EndOfSctpPorts; length++)
        {
            Assert.Equal("PortsTruncated", Described.Decapsulate(memory.Flush(packet.Cut(length))));
        }
        for (int length = EndOfSctpPorts; length <= packet.Length; length++)
        {
            Assert.Equal(
                "Ports sctp 10.0.0.1#1000 > 20.0.0.1#5000 @28",
                Described.Decapsulate(memory.Flush(packet.Cut(length))));
        }
    }
}
