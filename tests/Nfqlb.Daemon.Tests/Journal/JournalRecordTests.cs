using System.Text;
using Nfqlb.Control;
using Nfqlb.Daemon.Journal;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Tests.Journal;

/// <summary>A flow as a line, of the journal and of a takeover: what is not used does not stand there, so that an older
/// nfqlb reads it.</summary>
public class JournalRecordTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("src,dst,symmetric")]
    [InlineData("5-tuple,symmetric")]
    public void Hash_fields_are_kept(string fields)
    {
        var flow = Flow(fields);
        byte[] line = JournalRecord.Set(flow);
        Assert.Contains($"\thash:{fields}\n", Encoding.UTF8.GetString(line));
        Assert.True(Assert.Single(JournalRecord.Replay(line, text => text.Parse())).IsSameAs(flow));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("5-tuple")]
    [InlineData("dport,src,sport,dst,proto")]
    public void The_whole_key_is_not_mentioned(string? fields) =>
        Assert.Equal("action:set\tname:f\ttarget:web\n", Encoding.UTF8.GetString(JournalRecord.Set(Flow(fields))));

    [Fact]
    public void A_listing_is_read_back_with_its_hash_fields()
    {
        var flows = new FlowTable(workers: 1);
        var size = new PoolSize(3, 1);
        var pool = PoolSegment.Format(
            new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        foreach (string? fields in (string?[])[null, "src", "addresses,symmetric"])
        {
            var flow = new FlowText { Name = $"f{fields?.Length}", Target = "web", Hash = fields }.Parse();
            flows.Set(flow, new TargetPool(flow.Target, pool, workers: 1));
        }
        var read = FlowListReader.Read(FlowListing.Of(flows.Current));
        Assert.Equal(3, read.Count);
        Assert.All(read.Zip(flows.Current.Entries), pair => Assert.True(pair.First.IsSameAs(pair.Second.Flow)));
    }

    private static Flow Flow(string? fields) =>
        new FlowText { Name = "f", Target = "web", Hash = fields }.Parse();
}
