using Nfqlb.Flows;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Finding flows through the index against a scan of plain arrays, in every shape and in many sizes.</summary>
public class LookUpTests(ITestOutputHelper output)
{
    /// <summary>Many small sets, which stand at the border between a list and a split, down to one of
    /// 10,000.</summary>
    private static readonly (int Sets, int Flows, int Packets)[] Sizes =
        [(200, 7, 200), (50, 12, 600), (10, 100, 7_000), (4, 500, 14_000), (1, 3_000, 5_000), (1, 10_000, 2_000)];

    public static TheoryData<string> Shapes => [.. Shape.All.Select(shape => shape.Name)];

    [Theory, MemberData(nameof(Shapes))]
    public void The_index_finds_what_a_scan_finds(string shape) => Seeded.Run(random =>
    {
        var seen = new Tally();
        foreach (var (sets, flows, packets) in Sizes)
        {
            for (int set = 0; set < sets; set++)
            {
                Compare(Shape.Of(shape).Flows(random, flows), packets, random, seen);
            }
        }
        output.WriteLine($"{shape}: {seen}");
        seen.AssertBothAnswers();
    });

    [Fact]
    public void All_shapes_together_are_two_million_look_ups() =>
        Assert.InRange(Shape.All.Length * Sizes.Sum(size => size.Sets * size.Packets), 2_000_000, int.MaxValue);

    [Fact]
    public void So_it_does_where_a_flow_has_thousands_of_combinations_of_conditions() => Seeded.Run(random =>
    {
        var seen = new Tally();
        Compare(Shape.Wide.Flows(random, 40), 20_000, random, seen);
        output.WriteLine($"{Shape.Wide}: {seen}");
        seen.AssertBothAnswers();
    });

    private static void Compare(PlainFlow[] flows, int packets, Random random, Tally seen)
    {
        var table = new FlowTable(workers: 1);
        var oracle = new PlainTable();
        var pool = NamedPools.Of("lb");
        foreach (var flow in flows)
        {
            table.Set(flow.ToFlow(), pool);
            oracle.Set(flow);
        }
        byte[] bytes = PlainPacket.NewBytes();
        for (int i = 0; i < packets; i++)
        {
            var packet = PlainPacket.Near(flows[random.Next(flows.Length)], random);
            bool isPromiscuousPing = random.Next(2) == 0;
            string? expected = PlainTable.Find(oracle.Flows, packet, isPromiscuousPing);
            string? found = PlainTable.Find(table.Current, packet, isPromiscuousPing, bytes);
            if (expected != found)
            {
                Assert.Fail($"{packet}, ping {isPromiscuousPing}: {found ?? "none"} instead of {expected ?? "none"}");
            }
            seen.Add(packet, isPromiscuousPing, found is not null);
        }
    }
}
