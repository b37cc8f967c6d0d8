namespace Nfqlb.Tests.Counting;

/// <summary>Counts that workers keep without locks, each in a row of its own.</summary>
public class WorkerCountsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 300)]
    public void Each_place_holds_what_all_workers_counted_there(int workers, int length)
    {
        var counts = new WorkerCounts(workers, length);
        for (int index = 0; index < length; index++)
        {
            Assert.Equal(0, counts.Sum(index));
            for (int packet = 0; packet < index + 1; packet++)
            {
                counts.Increment(packet % workers, index);
            }
        }
        for (int index = 0; index < length; index++)
        {
            Assert.Equal(index + 1, counts.Sum(index));
        }
    }

    [Fact]
    public async Task No_count_is_lost_and_no_sum_runs_backwards_while_all_count()
    {
        const int Workers = 4;
        const int Rounds = 300_000;
        const int Length = 3;
        var counts = new WorkerCounts(Workers, Length);
        var workers = Enumerable.Range(0, Workers).Select(worker => OnItsThread(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                counts.Increment(worker, round % Length);
            }
        })).ToList();
        var all = Task.WhenAll(workers);
        long last = 0;
        while (!all.IsCompleted)
        {
            long sum = counts.Sum(0);
            Assert.InRange(sum, last, (long)Workers * Rounds / Length);
            last = sum;
        }
        await all;
        Assert.All(Enumerable.Range(0, Length), index =>
            Assert.Equal((long)Workers * Rounds / Length, counts.Sum(index)));
    }

    private static Task OnItsThread(Action body) =>
        Task.Factory.StartNew(body, TaskCreationOptions.LongRunning);
}
