using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Many flows set at once against the oracle, which gets them one by one; and changed from there on.</summary>
public class FillTests
{
    private const int Flows = 400, LookUps = 2_000, Changes = 200;

    private readonly FlowTable _table = new(workers: 1);
    private readonly PlainTable _oracle = new();
    private readonly TargetPool _pool = NamedPools.Of("lb");
    private readonly byte[] _bytes = PlainPacket.NewBytes();

    public static TheoryData<string> Shapes => [.. Shape.All.Append(Shape.Wide).Select(shape => shape.Name)];

    [Theory, MemberData(nameof(Shapes))]
    public void Flows_set_at_once_decide_as_those_set_one_by_one(string shape) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, Flows);
        _table.Fill([.. flows.Select(flow => (flow.ToFlow(), (TargetPool?)_pool))]);
        Array.ForEach(flows, _oracle.Set);
        AssertSame(random);

        for (int i = 0; i < Changes; i++)
        {
            var flow = flows[random.Next(Flows)];
            if (random.Next(2) == 0)
            {
                _table.Delete(new FlowName(flow.Name));
                _oracle.Delete(flow.Name);
            }
            else
            {
                flow = flow with { Priority = random.Next(5) };
                _table.Set(flow.ToFlow(), _pool);
                _oracle.Set(flow);
            }
        }
        AssertSame(random);

        Assert.True(_table.Compact());
        AssertSame(random);
    });

    [Fact]
    public void Nothing_to_set_is_the_empty_set()
    {
        _table.Fill([]);
        Assert.Same(FlowSet.Empty, _table.Current);
    }

    [Fact]
    public void A_range_of_ports_counts_as_many_prefixes_as_it_has() => Seeded.Run(random =>
    {
        for (int i = 0; i < 10_000; i++)
        {
            int first = random.Next(1, 65_536);
            var range = new PortRange((ushort)first, (ushort)random.Next(first, 65_536));
            var prefixes = Nfqlb.Flows.Index.Prefix.OfPorts(range).ToList();
            Assert.Equal(prefixes.Count, Nfqlb.Flows.Index.Prefix.CountOfPorts(range));
            Assert.Equal(range.Last - range.First + 1, prefixes.Sum(prefix => 1 << (16 - prefix.Length)));
        }
    });

    private void AssertSame(Random random)
    {
        Assert.Equal(
            _oracle.Flows.Select(flow => flow.Name), _table.Current.Entries.Select(entry => entry.Flow.Name.Text));
        var seen = new Tally();
        for (int i = 0; i < LookUps; i++)
        {
            var packet = PlainPacket.Near(_oracle.Flows[random.Next(_oracle.Flows.Length)], random);
            bool isPing = random.Next(2) == 0;
            string? expected = PlainTable.Find(_oracle.Flows, packet, isPing);
            Assert.Equal(expected, PlainTable.Find(_table.Current, packet, isPing, _bytes));
            seen.Add(packet, isPing, expected is not null);
        }
        seen.AssertBothAnswers();
    }
}
