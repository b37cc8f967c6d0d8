using Nfqlb.Cli.Hosting;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Cli.Tests.Hosting;

/// <summary>Who lays flows out anew, and when.</summary>
public class FlowWatchTests
{
    [Fact]
    public async Task Many_flows_are_laid_out_anew_when_they_have_stood_still_and_few_are_not()
    {
        var many = TableOf(FlowWatch.Many);
        var few = TableOf(FlowWatch.Many - 1);
        using var watch = new FlowWatch(many);
        using var idle = new FlowWatch(few);
        await Task.WhenAll(watch.StartAsync(default), idle.StartAsync(default));

        // Whoever changes never stands still.
        for (int tick = 0; tick < 25; tick++)
        {
            many.Set(FlowAt(tick, priority: tick + 1), pool: null);
            Assert.False(many.Current.IsCompact);
            await Task.Delay(FlowWatch.Period / 10);
        }

        for (int wait = 0; wait < 100 && !many.Current.IsCompact; wait++)
        {
            await Task.Delay(FlowWatch.Period / 10);
        }
        Assert.True(many.Current.IsCompact);
        Assert.False(few.Current.IsCompact);
        await Task.WhenAll(watch.StopAsync(default), idle.StopAsync(default));
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
