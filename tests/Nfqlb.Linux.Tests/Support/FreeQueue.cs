using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>Queue numbers that neither another test nor another run of the tests binds at the same time.</summary>
internal static class FreeQueue
{
    private const int QueuesPerProcess = 20;
    private const int LowestNumber = 20_000;
    private const int Processes = (ushort.MaxValue - LowestNumber) / QueuesPerProcess;
    private static int _taken;

    public static QueueNumber Next()
    {
        int index = Interlocked.Increment(ref _taken) - 1;
        Assert.True(index < QueuesPerProcess, "the tests bind more queues than they have reserved");
        int first = LowestNumber + (Environment.ProcessId % Processes * QueuesPerProcess);
        return new QueueNumber((ushort)(first + index));
    }
}
