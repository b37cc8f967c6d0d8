using System.Runtime.ExceptionServices;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Runs a test that counts packets on a testbed of its own; again when the machine has spoilt it.</summary>
/// <remarks>
/// All veth links of a machine share one backlog a processor. When other work floods it, the kernel drops packets of
/// every namespace, and counts that. A failure in such a moment says nothing of the product; any other one stands.
/// </remarks>
internal static class UndisturbedTestbed
{
    private const int MostRuns = 4, LongestWaitSeconds = 20;

    public static void Run(int targetCount, ITestOutputHelper output, Action<Testbed> test)
    {
        for (int run = 1; ; run++)
        {
            long droppedBefore = DroppedByBacklog();
            Exception? failure = RunOnce(targetCount, test);
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

    private static Exception? RunOnce(int targetCount, Action<Testbed> test)
    {
        var testbed = new Testbed(targetCount);
        Exception? failure = Record.Exception(() => test(testbed));
        Exception? untidy = Record.Exception(testbed.Dispose);
        return failure != null && untidy != null ? new AggregateException(failure, untidy) : failure ?? untidy;
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
