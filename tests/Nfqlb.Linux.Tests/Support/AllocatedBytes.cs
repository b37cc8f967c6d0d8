namespace Nfqlb.Linux.Tests.Support;

/// <summary>How many managed bytes a piece of work allocates on the thread that runs it.</summary>
internal static class AllocatedBytes
{
    private const int WarmUpRuns = 50;
    private const int Runs = 10;

    /// <summary>The least of several runs: what the work cannot do without. The rest is the runtime's.</summary>
    public static long Of(Action work)
    {
        for (int i = 0; i < WarmUpRuns; i++)
        {
            work();
        }

        long least = long.MaxValue;
        for (int i = 0; i < Runs; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
