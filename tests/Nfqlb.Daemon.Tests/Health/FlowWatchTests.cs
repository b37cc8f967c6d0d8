using Nfqlb.Daemon.Health;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Daemon.Tests.Health;

/// <summary>Who lays flows out anew, and when.</summary>
public class FlowWatchTests
{
    [Fact]
    public async Task Many_flows_are_laid_out_anew_when_they_have_stood_still_and_few_are_not()
    {
        var many = TableOf(FlowWatch.Many);
        var few = TableOf(FlowWatch.Many - 1);
        var watch = new FlowWatch(many);
        var idle = new FlowWatch(few);

        // Whoever changes never stands still.
        for (int look = 0; look < 25; look++)
        {
            many.Set(FlowAt(look, priority: look + 1), pool: null);
            watch.Look();
            Assert.False(many.Current.IsCompact);
        }

        // The few first: when the many are done, they would be too.
        idle.Look();
        idle.Look();
        watch.Look();
        for (int wait = 0; wait < 1000 && !many.Current.IsCompact; wait++)
        {
            await Task.Delay(10);
        }
        Assert.True(many.Current.IsCompact);
        Assert.False(few.Current.IsCompact);
    }

    private static FlowTable TableOf(int flows)
    {
        var table = new FlowTable(workers: 1);
        for (int i = 0; i < flows; i++)
        {
            table.Set(FlowAt(i, priority: 0), pool: null);
        }
        return table;
    }

    private static Flow FlowAt(int i, int priority) => new()
    {
        Name = new FlowName($"f{i}"),
        Target = new PoolName("lb"),
        Priority = priority,
        Destinations = [new Cidr(Address.FromIpv4((uint)i), 128)],
    };
}
