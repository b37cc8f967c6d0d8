using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Flows that are set, redefined and deleted for a long time, against the oracle after each step.</summary>
public class HistoryTests(ITestOutputHelper output)
{
    private const int Steps = 3_000;
    private const int Names = 250;

    private readonly FlowTable _table = new(workers: 1);
    private readonly PlainTable _oracle = new();
    private readonly TargetPool _pool = NamedPools.Of("lb");
    private readonly Dictionary<string, long> _counts = [];
    private readonly List<(FlowSet Set, PlainFlow[] Flows)> _snapshots = [];
    private readonly byte[] _bytes = PlainPacket.NewBytes();

    public static TheoryData<string> Shapes => [.. Shape.All.Append(Shape.Wide).Select(shape => shape.Name)];

    [Theory, MemberData(nameof(Shapes))]
    public void After_each_step_look_ups_order_and_counts_are_the_oracle_s(string shape) => Seeded.Run(random =>
    {
        var seen = new Tally();
        for (int step = 0; step < Steps; step++)
        {
            // It grows, shrinks and grows again.
            bool isSet = random.Next(10) < (step / (Steps / 3) == 1 ? 3 : 8);
            Change(isSet, Shape.Of(shape), random);
            if (_oracle.Flows.Length > 0)
            {
                AssertFinds(_table.Current, _oracle.Flows, random, seen, isCounted: true);
            }
            if (step % 10 == 0)
            {
                AssertListing();
            }
            if (step % (Steps / 20) == 0 && _oracle.Flows.Length > 0)
            {
                _snapshots.Add((_table.Current, _oracle.Flows));
            }
        }
        output.WriteLine($"{shape}: {seen}, {_oracle.Flows.Length} flows at the end");
        seen.AssertBothAnswers();
        AssertSnapshots(random);
        DeleteAll();
    });

    private void Change(bool isSet, Shape shape, Random random)
    {
        int number = random.Next(Names);
        var name = new FlowName($"f{number}");
        if (!isSet)
        {
            Assert.Equal(_counts.ContainsKey(name.Text), _table.Delete(name));
            _oracle.Delete(name.Text);
            _counts.Remove(name.Text);
            _counts.Remove(name.Helper.Text);
            return;
        }
        // Another flow's conditions under this name, but its own encapsulation, which may not be altered.
        var flow = shape.Make(random, random.Next(Names)) with { Name = name.Text };
        var port = _oracle.Flows.FirstOrDefault(old => old.Name == name.Text) is { } old
            ? old.UdpEncapsulationPort
            : flow.UdpEncapsulationPort;
        flow = flow with { UdpEncapsulationPort = port };
        _table.Set(flow.ToFlow(), _pool);
        _oracle.Set(flow);
        _counts.TryAdd(flow.Name, 0);
        if (flow.Helper is { } helper)
        {
            _counts.TryAdd(helper.Name, 0);
        }
    }

    private void AssertFinds(FlowSet set, PlainFlow[] flows, Random random, Tally seen, bool isCounted)
    {
        const int Packets = 8;
        for (int i = 0; i < Packets; i++)
        {
            var packet = PlainPacket.Near(flows[random.Next(flows.Length)], random);
            bool isPromiscuousPing = random.Next(2) == 0;
            bool isFound = set.TryFind(packet.ToPacket(_bytes), _bytes, isPromiscuousPing, out var match);
            string? name = isFound ? match.Entry.Flow.Name.Text : null;
            Assert.Equal(PlainTable.Find(flows, packet, isPromiscuousPing), name);
            seen.Add(packet, isPromiscuousPing, isFound);
            if (isFound && isCounted)
            {
                match.Counter.Increment(worker: 0);
                _counts[name!]++;
            }
        }
    }

    private void AssertListing()
    {
        var entries = _table.Current.Entries;
        Assert.Equal(_oracle.Flows.Length, _table.Current.Count);
        Assert.Equal(_oracle.Flows.Select(flow => flow.Name), entries.Select(entry => entry.Flow.Name.Text));
        Assert.Equal(
            _oracle.Flows.Select(flow => _counts[flow.Name]), entries.Select(entry => entry.Counter.Sum));
    }

    private void AssertSnapshots(Random random)
    {
        Assert.NotEmpty(_snapshots);
        foreach (var (set, flows) in _snapshots)
        {
            Assert.Equal(flows.Select(flow => flow.Name), set.Entries.Select(entry => entry.Flow.Name.Text));
            for (int i = 0; i < 20; i++)
            {
                AssertFinds(set, flows, random, new Tally(), isCounted: false);
            }
        }
    }

    private void DeleteAll()
    {
        foreach (var flow in _oracle.Flows.Where(flow => !flow.IsHelper))
        {
            Assert.True(_table.Delete(new FlowName(flow.Name)));
        }
        Assert.Same(FlowSet.Empty, _table.Current);
    }
}
