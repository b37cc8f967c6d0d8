using System.Text.Json;
using Nfqlb.Flows;

namespace Nfqlb.Tests.Flows;

/// <summary>Listings are JSON, whatever the names. Their exact text is in <see cref="TranscriptTests"/>.</summary>
public class FlowListingTests
{
    [Fact]
    public void Every_condition_is_a_field()
    {
        var listed = Parse(FlowListing.Of(WithOneFlow("all").Current))[1];
        Assert.Equal("all", listed.GetProperty("name").GetString());
        Assert.Equal(2147483647, listed.GetProperty("priority").GetInt32());
        Assert.Equal(["sctp"], Texts(listed, "protocols"));
        Assert.Equal(["::ffff:10.0.0.0/104", "::/0"], Texts(listed, "dests"));
        Assert.Equal(["::ffff:0.0.0.0/96"], Texts(listed, "srcs"));
        Assert.Equal(["80-82"], Texts(listed, "dports"));
        Assert.Equal(["1", "3"], Texts(listed, "sports"));
        Assert.Equal(["sctp[0:1]&0x7=0x2"], Texts(listed, "match"));
        Assert.Equal(9899, listed.GetProperty("udpencap").GetInt32());
        Assert.Equal(0, listed.GetProperty("matches_count").GetInt64());
        Assert.Equal("lb", listed.GetProperty("user_ref").GetString());
    }

    [Fact]
    public void Counts_have_64_bits_and_are_summed_over_workers()
    {
        var flows = WithOneFlow("f");
        flows.Current.Entries[1].Counter.Increment(worker: 0);
        flows.Current.Entries[1].Counter.Increment(worker: 3);
        Assert.Contains("\"matches_count\": 2,", FlowListing.Of(flows.Current, "f"));
    }

    [Fact]
    public void Every_character_a_name_may_have_is_listed_as_it_is()
    {
        for (char c = '\0'; c < 0x100; c++)
        {
            string name = $"a{c}";
            if (FlowName.TryParse(name, out _, out _))
            {
                var flows = WithOneFlow(name);
                Assert.Equal(name, Parse(FlowListing.Of(flows.Current))[1].GetProperty("name").GetString());
                Assert.Equal(name, Parse(FlowListing.NamesOf(flows.Current))[1].GetString());
                Assert.Equal(name, Parse(FlowListing.Of(flows.Current, name)).GetProperty("name").GetString());
            }
        }
    }

    [Fact]
    public void No_flows_are_an_empty_list()
    {
        Assert.Equal("[]\n", FlowListing.Of(FlowSet.Empty));
        Assert.Equal("[]\n", FlowListing.NamesOf(FlowSet.Empty));
        Assert.Equal("", FlowListing.Of(FlowSet.Empty, "none"));
    }

    /// <summary>The flow is the second one: its helper stands before it.</summary>
    private static FlowTable WithOneFlow(string name)
    {
        var flows = new FlowTable(workers: 4);
        var text = new FlowText
        {
            Name = name, Target = "lb", Priority = "2147483647", Protocols = "sctp", Destinations = "10.0.0.0/8,::/0",
            Sources = "0.0.0.0/0", DestinationPorts = "80,82,81", SourcePorts = "1,3", Match = "sctp[0:1]&0x7=2",
            UdpEncapsulation = "9899",
        };
        flows.Set(text.Parse(), NamedPools.Of("lb"));
        return flows;
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static IEnumerable<string?> Texts(JsonElement flow, string field) =>
        flow.GetProperty(field).EnumerateArray().Select(text => text.GetString());
}
