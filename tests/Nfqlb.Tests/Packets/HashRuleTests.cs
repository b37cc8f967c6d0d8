using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>What of a key is hashed, against a plain model over its bytes.</summary>
public class HashRuleTests
{
    /// <summary>Where each field stands in the 40 bytes of a key; the id of an echo request goes with the source
    /// port.</summary>
    private static readonly (string Name, Range[] Bytes)[] Fields =
    [
        ("src", [0..16]), ("sport", [36..38, 32..34]), ("dst", [16..32]), ("dport", [38..40]), ("proto", [34..36]),
    ];

    [Fact]
    public void Of_every_set_of_fields_the_others_are_zero() => Seeded.Run(random =>
    {
        for (int set = 1; set < 32; set++)
        {
            string[] names = [.. Fields.Where((_, i) => (set >> i & 1) == 1).Select(field => field.Name)];
            Assert.True(HashRule.TryParse(string.Join(',', names), out var rule, out string reason), reason);
            for (int i = 0; i < 200; i++)
            {
                var key = FlowHashTests.RandomKey(random);
                byte[] expected = FlowHashTests.BytesOf(key);
                foreach (var range in Fields.Where(field => !names.Contains(field.Name)).SelectMany(f => f.Bytes))
                {
                    expected.AsSpan(range).Clear();
                }
                Assert.Equal(expected, FlowHashTests.BytesOf(rule.Of(key)));
            }
        }
    });

    [Theory]
    [InlineData("5-tuple,symmetric")]
    [InlineData("src,dst,symmetric")]
    [InlineData("ports,symmetric")]
    [InlineData("symmetric")]
    [InlineData("proto,symmetric")]
    public void Both_directions_have_one_key_and_different_connections_have_not(string text) => Seeded.Run(random =>
    {
        Assert.True(HashRule.TryParse(text, out var rule, out string reason), reason);
        Assert.True(rule.IsSymmetric);
        for (int i = 0; i < 5_000; i++)
        {
            var there = FlowHashTests.RandomKey(random) with { EchoId = 0 };
            var back = there with
            {
                Source = there.Destination,
                Destination = there.Source,
                SourcePort = there.DestinationPort,
                DestinationPort = there.SourcePort,
            };
            Assert.Equal(rule.Of(there), rule.Of(back));
            if (text == "5-tuple,symmetric")
            {
                // Nothing is lost but the direction.
                Assert.Contains(rule.Of(there), (PacketKey[])[there, back]);
            }
        }
    });

    [Theory]
    [InlineData("src", "src")]
    [InlineData("source", "src")]
    [InlineData("dport,src", "src,dport")]
    [InlineData("source,source-port,destination,destination-port,protocol", "5-tuple")]
    [InlineData("addresses,ports,proto", "5-tuple")]
    [InlineData("5-tuple", "5-tuple")]
    [InlineData("symmetric,addresses", "src,dst,symmetric")]
    [InlineData("src,src", "src")]
    public void Lists_are_read_and_written_one_way(string text, string expected)
    {
        Assert.True(HashRule.TryParse(text, out var rule, out string reason), reason);
        Assert.Equal(expected, rule.ToString());
        Assert.True(HashRule.TryParse(rule.ToString(), out var again, out _));
        Assert.Equal(rule, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("src,")]
    [InlineData("SRC")]
    [InlineData("src dst")]
    [InlineData("vlan")]
    [InlineData("src,symmetric")]
    [InlineData("src,dst,sport,symmetric")]
    public void What_means_nothing_is_refused_with_the_reason(string text)
    {
        Assert.False(HashRule.TryParse(text, out _, out string reason));
        Assert.NotEqual("", reason);
    }

    [Fact]
    public void Nothing_said_is_the_whole_key()
    {
        Assert.True(default(HashRule).IsDefault);
        Assert.Equal("5-tuple", default(HashRule).ToString());
        Assert.True(HashRule.TryParse("5-tuple", out var rule, out _));
        Assert.Equal(default, rule);
    }
}
