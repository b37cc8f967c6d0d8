using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiEthtool;
using static Nfqlb.Linux.Netlink.Uapi.UapiGenericNetlink;

namespace Nfqlb.Linux.Tests.Netlink.Ethtool;

/// <summary>Requests byte by byte, and answers, whole and damaged.</summary>
public sealed class FeatureBytesTests
{
    private static readonly GenericFamily Family = new(0x15);

    [Fact]
    public void A_question_names_the_link() => Assert.Equal(
        """
        20-00-00-00-15-00-01-00-00-00-00-00-00-00-00-00
        0B-01-00-00
        0C-00-01-80
        08-00-02-00-6C-62-30-00
        """.Replace(Environment.NewLine, "-", StringComparison.Ordinal),
        BitConverter.ToString(EthtoolSocket.ReadRequest(Family, "lb0", "rx-gro").Writer.Written.ToArray()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_is_about_one_bit_and_wants_no_list(bool isOn)
    {
        string expected = $"""
            {(isOn ? "48" : "44")}-00-00-00-15-00-01-00-00-00-00-00-00-00-00-00
            0C-01-00-00
            14-00-01-80
            08-00-02-00-6C-62-30-00
            08-00-03-00-02-00-00-00
            {(isOn ? "20" : "1C")}-00-03-80
            {(isOn ? "1C" : "18")}-00-03-80
            {(isOn ? "18" : "14")}-00-01-80
            0E-00-02-00-72-78-2D-67-72-6F-2D-68-77-00-00-00
            """ + (isOn ? "\n04-00-03-00" : "");
        expected = expected.Replace("\n", "-", StringComparison.Ordinal);

        Assert.Equal(
            expected,
            BitConverter.ToString(
                EthtoolSocket.SetRequest(Family, "lb0", "rx-gro-hw", isOn).Writer.Written.ToArray()));
    }

    [Fact]
    public void An_answer_says_what_can_be_changed_and_what_is_active()
    {
        byte[] answer = Answer();
        Assert.Equal(new LinkFeature("lb0", "both", true, true), Decode(answer, "both"));
        Assert.Equal(new LinkFeature("lb0", "can", false, true) { IsWanted = true }, Decode(answer, "can"));
        Assert.Equal(new LinkFeature("lb0", "fixed", true, false), Decode(answer, "fixed"));
        Assert.Equal(new LinkFeature("lb0", "never", false, false), Decode(answer, "never"));
        Assert.Null(Decode(answer, "unheard-of"));
        Assert.Null(Decode(answer, ""));
    }

    [Fact]
    public void Another_message_is_no_answer() =>
        Assert.Null(Decode(Answer(ETHTOOL_MSG_FEATURES_SET_REPLY), "can"));

    /// <summary>Damaged anywhere or cut, an answer is refused or read within its bounds.</summary>
    [Fact]
    public void Damaged_or_cut_anywhere_nothing_but_a_refusal_happens()
    {
        byte[] answer = Answer();
        int refused = 0;
        for (int at = 16; at < answer.Length; at++)
        {
            byte[] cut = answer[..at];
            BitConverter.TryWriteBytes(cut, at);
            refused += IsRefused(cut) ? 1 : 0;
            foreach (byte lie in (ReadOnlySpan<byte>)[0, 1, 5, 0xff])
            {
                byte[] damaged = [.. answer];
                damaged[at] = lie;
                refused += IsRefused(damaged) ? 1 : 0;
            }
        }

        Assert.NotEqual(0, refused);
    }

    /// <summary>"both" and "can" can be changed, "both" and "fixed" are active.</summary>
    private static byte[] Answer(byte command = ETHTOOL_MSG_FEATURES_GET_REPLY)
    {
        var writer = new NetlinkWriter();
        using (writer.Message(Family.Id, 0))
        {
            writer.Append(new genlmsghdr { cmd = command, version = 1 });
            WriteSet(writer, ETHTOOL_A_FEATURES_HW, hasMask: true, "both+", "can+", "fixed", "never");
            WriteSet(writer, ETHTOOL_A_FEATURES_WANTED, hasMask: false, "can");
            WriteSet(writer, ETHTOOL_A_FEATURES_ACTIVE, hasMask: false, "both", "fixed");
        }

        return writer.Written.ToArray();
    }

    private static void WriteSet(NetlinkWriter writer, ushort type, bool hasMask, params string[] bits)
    {
        using (writer.Nested(type))
        {
            if (!hasMask)
            {
                writer.Flag(ETHTOOL_A_BITSET_NOMASK);
            }

            using (writer.Nested(ETHTOOL_A_BITSET_BITS))
            {
                foreach (string bit in bits)
                {
                    using (writer.Nested(ETHTOOL_A_BITSET_BITS_BIT))
                    {
                        writer.Text(ETHTOOL_A_BITSET_BIT_NAME, bit.TrimEnd('+'));
                        if (bit.EndsWith('+'))
                        {
                            writer.Flag(ETHTOOL_A_BITSET_BIT_VALUE);
                        }
                    }
                }
            }
        }
    }

    private static LinkFeature? Decode(ReadOnlySpan<byte> datagram, string feature) =>
        LinkFeature.Decode(NetlinkMessage.Take(ref datagram), "lb0", feature);

    private static bool IsRefused(byte[] datagram)
    {
        try
        {
            _ = Decode(datagram, "never");
            return false;
        }
        catch (NetlinkException)
        {
            return true;
        }
    }
}
