using System.Diagnostics;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>Waits for a condition, never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <param name="what">Completes the sentence "not seen within 5 s: ...".</param>
    /// <exception cref="TimeoutException">The condition did not come true in time.</exception>
    public static void True(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? TimeSpan.FromSeconds(5);
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > most)
            {
                throw new TimeoutException($"Not seen within {most.TotalSeconds} s: {what}");
            }
            Thread.Sleep(Pause);
        }
    }
}
