using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Following;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;
using Nfqlb.Planning.Plans;
using Xunit.Abstractions;

namespace Nfqlb.Daemon.Tests.Following;

/// <summary>Flows that are carried out together end as they would one after the other.</summary>
public sealed class FlowTableControlTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly ScratchSegment _scratch = new();
    private readonly EventLog _log = new(LogFormat.Text, TextWriter.Null, TimeProvider.System);
    private readonly PoolName _pool;

    public FlowTableControlTests(ITestOutputHelper output)
    {
        _output = output;
        _pool = new PoolName(_scratch.Name);
        PoolDirectory.Create(_pool, new PoolSize(101, 4), ownMark: 0);
    }

    public void Dispose()
    {
        _log.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Together_or_one_after_the_other_is_the_same()
    {
        int seed = Random.Shared.Next();
        _output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (together, single) = (Make(), Make());
        for (int round = 0; round < 200; round++)
        {
            FlowChange[] changes = Changes(random, single.Table);
            together.Control.Carry(changes);
            foreach (var change in changes)
            {
                single.Control.Carry(change);
            }
            Assert.Equal(Words(single.Table), Words(together.Table));
        }
    }

    [Fact]
    public void A_pool_that_is_not_there_leaves_the_flows_as_they_were()
    {
        var (table, control) = Make();
        var lost = Flow("lost", pool: "nfqlb-none");

        Assert.Throws<PoolException>(() => control.Carry([Added(Flow("first")), Added(lost)]));

        Assert.Empty(table.Current.Entries);
    }

    /// <summary>As plans have them: new ones only, or what comes, goes, moves and changes in one.</summary>
    private FlowChange[] Changes(Random random, FlowTable table)
    {
        var names = Enumerable.Range(0, 40).Select(i => $"flow{i}").OrderBy(_ => random.Next()).Take(random.Next(12));
        bool isAllNew = random.Next(2) == 0;
        return
        [
            .. from name in names
               let there = table.Current.Entries.FirstOrDefault(entry => entry.Flow.Name.Text == name)?.Flow
               where !isAllNew || there is null
               let before = there is null ? null : new PlacedFlow(there, Next: null)
               select before is not null && random.Next(3) == 0
                   ? new FlowChange(there!.Name, before, After: null)
                   : new FlowChange(new FlowName(name), before, new PlacedFlow(
                       Flow(name, random.Next(3)), Next: null)),
        ];
    }

    private static string[] Words(FlowTable table) =>
        [.. table.Current.Entries.Select(entry => $"{entry.Flow.Name} {entry.Flow.Priority}")];

    private static FlowChange Added(Flow flow) => new(flow.Name, Before: null, new PlacedFlow(flow, Next: null));

    private Flow Flow(string name, int priority = 0, string? pool = null) => new()
    {
        Name = new FlowName(name), Target = pool is null ? _pool : new PoolName(pool), Priority = priority,
    };

    private (FlowTable Table, FlowTableControl Control) Make()
    {
        var table = new FlowTable(workers: 1);
        return (table, new FlowTableControl(table, new FlowChanges(
            table, new PoolCatalog(table), journal: null, _log)));
    }
}
