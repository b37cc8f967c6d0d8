using Nfqlb.Daemon.Http;

namespace Nfqlb.Daemon.Tests.Http;

public sealed class SharedPageTests
{
    private readonly HandClock _clock = new();
    private readonly SharedPage _page;
    private int _made;

    public SharedPageTests() => _page = new SharedPage(() => HttpPage.Plain(200, $"{++_made}"), _clock);

    [Fact]
    public async Task Readers_one_after_the_other_get_one_each_as_things_stand()
    {
        for (int i = 0; i < 10; i++)
        {
            using var copy = await TakeAsync();
        }

        Assert.Equal((10, 0), (_made, _page.Held));
    }

    /// <summary>With seconds from reader to reader, and 10 of them for each reader to be slow in.</summary>
    [Theory]
    [InlineData(1, 14)]
    [InlineData(100, 14)]
    [InlineData(1000, 14)]
    public async Task Slow_readers_share_a_few_copies(int readersPerSecond, int most)
    {
        var reading = new Queue<SharedPage.Copy>();
        for (int i = 0; i < 20 * readersPerSecond; i++)
        {
            reading.Enqueue(await TakeAsync());
            if (reading.Count == 10 * readersPerSecond)
            {
                reading.Dequeue().Dispose();
            }
            Assert.InRange(_page.Held, 1, most);
            _clock.Advance(TimeSpan.FromSeconds(1) / readersPerSecond);
        }
        foreach (var copy in reading)
        {
            copy.Dispose();
        }

        Assert.Equal(0, _page.Held);
    }

    [Fact]
    public async Task Among_slow_readers_nobody_gets_one_that_is_older_than_a_second()
    {
        for (int i = 0; i < 100; i++)
        {
            var copy = await TakeAsync();
            Assert.InRange(_clock.GetElapsedTime(copy.Asked), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromMilliseconds(70));
        }
    }

    [Fact]
    public async Task One_that_cannot_be_made_keeps_nobody_waiting()
    {
        var page = new SharedPage(() => throw new InvalidOperationException("no"), _clock);

        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => page.TakeAsync(default));
        }
        Assert.Equal(0, page.Held);
    }

    private Task<SharedPage.Copy> TakeAsync() => _page.TakeAsync(CancellationToken.None);

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
