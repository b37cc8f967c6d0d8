using System.Diagnostics;
using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Where flows stand in the index: by all their conditions, unless these are too many.</summary>
[Collection(Measurements.Name)]
public class DimensionTests(ITestOutputHelper output)
{
    private const Dimension Destination = Dimension.Destination;
    private const Dimension Service = Dimension.Service;
    private const Dimension Source = Dimension.Source;

    /// <summary>A range of 30 prefixes, the most there can be.</summary>
    private static readonly (int, int) Jagged = (1, 65_534);

    [Fact]
    public void A_common_flow_stands_by_all_its_conditions()
    {
        var flow = Flow(destinations: 4, sources: 8, [(80, 80), (443, 443), (8_000, 8_080)]);
        Assert.True(Destination.Settles(flow) && Service.Settles(flow) && Source.Settles(flow));
        Assert.Equal(flow.Destinations.Select(Prefix.Of), Destination.PrefixesOf(flow));
        Assert.Equal(flow.Sources.Select(Prefix.Of), Source.PrefixesOf(flow));
    }

    [Fact]
    public void Ranges_of_ports_that_would_take_too_many_places_are_left_to_the_flow()
    {
        var flow = Flow(destinations: 20, sources: 25, [Jagged]);
        Assert.True(Destination.Settles(flow) && !Service.Settles(flow) && Source.Settles(flow));
        Assert.Equal([Prefix.Any], Service.PrefixesOf(flow));
    }

    [Fact]
    public void So_are_sources_when_destinations_and_ports_have_taken_the_room()
    {
        var flow = Flow(destinations: 10, sources: 25, [Jagged]);
        Assert.True(Destination.Settles(flow) && Service.Settles(flow) && !Source.Settles(flow));
        Assert.Equal([Prefix.Any], Source.PrefixesOf(flow));
    }

    [Fact]
    public void Destinations_never_are() =>
        Assert.Equal(5_000, Destination.PrefixesOf(Flow(destinations: 5_000, sources: 1, [Jagged])).Count());

    [Fact]
    public void No_flow_takes_more_places_than_the_most() => Seeded.Run(random =>
    {
        int most = 0;
        for (int i = 0; i < 2_000; i++)
        {
            var ranges = Enumerable.Range(1, random.Next(8)).Select(k => k * 8_000)
                .Select(first => (first, first + random.Next(8_000)));
            var flow = Flow(random.Next(40), random.Next(40), [.. ranges]);
            int places = Destination.PrefixesOf(flow).Count()
                * Service.PrefixesOf(flow).Count()
                * Source.PrefixesOf(flow).Count();
            most = Math.Max(most, places);
        }
        Assert.InRange(most, DimensionExtensions.MostPlaces / 2, DimensionExtensions.MostPlaces);
    });

    [Theory]
    [InlineData(16)] // By destinations and sources: exactly as many places as there may be.
    [InlineData(32)] // By destinations alone.
    public void Flows_with_many_combinations_of_conditions_take_little_memory_and_time(int destinations)
    {
        // Nine that are alike no longer fit in a list: they are sorted by all that the index knows.
        const int Flows = 9;
        const int MostBytes = 1_000_000;
        const int MostMilliseconds = 200;
        var pool = NamedPools.Of("lb");
        var flows = Enumerable.Range(0, Flows)
            .Select(i => Flow(destinations, sources: 32, [(1, 1_000), (2_001, 30_000), (40_001, 50_000)], $"f{i}"))
            .ToArray();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var table = new FlowTable(workers: 1);
        var slowest = flows.Max(flow =>
        {
            long start = Stopwatch.GetTimestamp();
            table.Set(flow, pool);
            return Stopwatch.GetElapsedTime(start);
        });
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(table);
        output.WriteLine($"{destinations} destinations: {bytes} bytes, {slowest.TotalMilliseconds:f1} ms at most");
        Assert.InRange(bytes, 1, MostBytes);
        Assert.InRange(slowest.TotalMilliseconds, 0, MostMilliseconds);
    }

    /// <summary>A TCP flow with so many different conditions.</summary>
    private static Flow Flow(int destinations, int sources, (int, int)[] ports, string name = "f") => new PlainFlow
    {
        Name = name,
        Protocols = [PlainPacket.Tcp],
        Destinations = Blocks(0x14000001, destinations),
        Sources = Blocks(0x0a000001, sources),
        DestinationPorts = ports,
    }.ToFlow();

    private static PlainBlock[] Blocks(uint first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => PlainBlock.AroundV4(first + (uint)i, 32))];
}
