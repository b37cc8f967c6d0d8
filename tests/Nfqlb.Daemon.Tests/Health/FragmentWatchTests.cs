using System.Diagnostics;
using Nfqlb.Control;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Tests.Support;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Daemon.Tests.Health;

public sealed class FragmentWatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ScratchSegment _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Entries_expire_without_further_packets_and_the_figures_follow()
    {
        var table = new FragmentTable(new FragmentTableOptions { TtlMilliseconds = 1000 }, reinjection: null);
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, FragmentListing.FiguresOf(table));
        using var watch = new WatchRound(new FragmentWatch(table, segment));
        var first = SampleFragment.Of(1, offset: 0, isLast: false);
        table.AddFirst(first, Verdict.Accept(new FirewallMark(1)), MonotonicClock.NowNanoseconds);

        await watch.StartAsync(CancellationToken.None);

        var waited = Stopwatch.StartNew();
        while (table.ReadStatistics().Expired == 0 || !FragmentListing.FiguresOf(table).SequenceEqual(Shown()))
        {
            Assert.True(waited.Elapsed < Limit, "the entry does not expire, or nobody shows it");
            await Task.Delay(10);
        }

        await watch.StopAsync(CancellationToken.None);
        Assert.Equal(0, table.ReadStatistics().Entries);
    }

    private long[] Shown() => FragmentStatisticsSegment.Read(_scratch.Name, FragmentListing.Count);
}
