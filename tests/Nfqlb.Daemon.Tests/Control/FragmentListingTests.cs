using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Daemon.Tests.Support;
using Nfqlb.Fragments;

namespace Nfqlb.Daemon.Tests.Control;

/// <summary>What the keys of nfqlb 1.2.0 say of a table.</summary>
public sealed class FragmentListingTests
{
    private const long Second = 1_000_000_000;

    private readonly FragmentTable _table = new(
        new FragmentTableOptions
        {
            Size = 2, ExtraEntries = 3, StoredFragments = 4, MtuBytes = 1000, TtlMilliseconds = 50,
        },
        new TakesNothing());

    [Fact]
    public void An_empty_table_shows_its_options() => AssertFigures(
        hsize: 2, ttlMillis: 50, mtu: 1000, bucketsMax: 3, fragsMax: 4);

    [Fact]
    public void Entries_beyond_hsize_are_allocated_buckets_and_all_are_used_ones()
    {
        AddFirst(1);
        AddFirst(2);
        Assert.Equal((0, 2), (Figure("bucketsAllocated"), Figure("bucketsUsed")));
        AddFirst(3);
        Assert.Equal((1, 3), (Figure("bucketsAllocated"), Figure("bucketsUsed")));
        Assert.Equal((3, 3), (Figure("inserts"), Figure("lookups")));
    }

    [Fact]
    public void What_had_to_go_for_want_of_room_is_rejected_and_what_grew_old_is_collected()
    {
        for (uint id = 0; id < 7; id++)
        {
            AddFirst(id);
        }
        Assert.Equal((2, 0), (Figure("rejected"), Figure("objGC")));

        _table.Expire(2 * Second);

        Assert.Equal((2, 5, 0), (Figure("rejected"), Figure("objGC"), Figure("bucketsUsed")));
    }

    [Fact]
    public void A_stored_fragment_is_allocated_until_it_is_sent_and_discarded_when_it_cannot_be()
    {
        AddLater(1);
        Assert.Equal((1, 0), (Figure("fragsAllocated"), Figure("fragsDiscarded")));

        AddFirst(1);

        Assert.Equal((0, 1), (Figure("fragsAllocated"), Figure("fragsDiscarded")));
    }

    [Fact]
    public void A_packet_that_passed_whole_is_reassembled()
    {
        AddFirst(1);
        AddLater(1);

        Assert.Equal(1, Figure("reAssembled"));
    }

    [Fact]
    public void Every_key_meets_its_place_in_the_text()
    {
        var figures = Enumerable.Range(0, FragmentListing.Count).Select(i => long.MaxValue - i).ToArray();

        var shown = JsonDocument.Parse(FragmentListing.TextOf(figures)).RootElement.EnumerateObject();

        Assert.Equal(figures, shown.Select(property => property.Value.GetInt64()));
    }

    private void AssertFigures(long hsize, long ttlMillis, long mtu, long bucketsMax, long fragsMax) => Assert.Equal(
        [hsize, ttlMillis, 0, 0, 0, 0, 0, mtu, bucketsMax, 0, 0, fragsMax, 0, 0, 0],
        FragmentListing.FiguresOf(_table));

    private long Figure(string key) => JsonDocument.Parse(FragmentListing.TextOf(FragmentListing.FiguresOf(_table)))
        .RootElement.GetProperty(key).GetInt64();

    private void AddFirst(uint id) =>
        _table.AddFirst(SampleFragment.Of(id, offset: 0, isLast: false), Verdict.Accept(new FirewallMark(1)), Second);

    private void AddLater(uint id) =>
        _table.AddLater(SampleFragment.Of(id, offset: 800, isLast: true), new byte[820], Second, out _);

    private sealed class TakesNothing : IReinjection
    {
        public bool TryWrite(ReadOnlySpan<byte> packet) => false;
    }
}
