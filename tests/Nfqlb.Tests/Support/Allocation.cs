namespace Nfqlb.Tests.Support;

/// <summary>How many managed bytes a piece of code allocates.</summary>
internal static class Allocation
{
    /// <summary>The least of some runs, as the runtime itself may allocate in between.</summary>
    public static long BytesPerRun(Action run)
    {
        const int WarmUps = 3;
        const int Runs = 5;
        for (int i = 0; i < WarmUps; i++)
        {
            run();
        }
        long least = long.MaxValue;
        for (int i = 0; i < Runs; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
