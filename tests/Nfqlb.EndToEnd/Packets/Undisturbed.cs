using System.Runtime.ExceptionServices;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Runs a test that counts packets; again when the machine has spoilt it.</summary>
/// <remarks>
/// All veth links of a machine share one backlog a processor. When other work floods it, the kernel drops packets of
/// every namespace, and counts that. A failure in such a moment says nothing of the product; any other one stands.
/// </remarks>
internal static class Undisturbed
{
    private const int MostRuns = 4, LongestWaitSeconds = 20;

    /// <param name="test">What is run, from its beginning each time.</param>
    public static void Run(ITestOutputHelper output, Action test)
    {
        for (int run = 1; ; run++)
        {
            long droppedBefore = DroppedByBacklog();
            Exception? failure = Record.Exception(test);
            long dropped = DroppedByBacklog() - droppedBefore;
            if (failure == null)
            {
                return;
            }
            if (dropped == 0 || run == MostRuns)
            {
                output.WriteLine($"The machine's backlog dropped {dropped} packets meanwhile.");
                ExceptionDispatchInfo.Throw(failure);
            }
            output.WriteLine($"Run {run} is void: the machine's backlog dropped {dropped} packets. {failure.Message}");
            AwaitQuiet();
        }
    }

    // Other work that floods the machine goes on for a while; a second without a loss is a good sign.
    private static void AwaitQuiet()
    {
        long dropped = DroppedByBacklog();
        for (int second = 0; second < LongestWaitSeconds; second++)
        {
            Thread.Sleep(TimeSpan.FromSeconds(1));
            long now = DroppedByBacklog();
            if (now == dropped)
            {
                return;
            }
            dropped = now;
        }
    }

    // The second column of each processor's line, in hexadecimal.
    private static long DroppedByBacklog() =>
        File.ReadLines("/proc/net/softnet_stat").Sum(line => Convert.ToInt64(line.Split(' ')[1], 16));
}
