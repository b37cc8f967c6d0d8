using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Linux.Tests.SharedMemory;

public sealed class SegmentLockTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for a writer that is not kept out to show it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ScratchSegment _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Increments_by_many_threads_are_all_counted()
    {
        const int threads = 4;
        const int increments = 200;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            for (int i = 0; i < increments; i++)
            {
                Increment();
            }
        });

        using var segment = SharedMemorySegment.Open(_scratch.Name, readOnly: true);
        using var memory = segment.Map();
        Assert.Equal(threads * increments, BitConverter.ToInt32(memory.GetSpan()));
    }

    [Fact]
    public async Task A_second_writer_waits_until_the_first_is_done()
    {
        var first = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        var second = Task.Run(() => SharedMemorySegment.OpenLocked(_scratch.Name));

        Assert.False(await FinishesAsync(second));
        first.Dispose();
        (await second.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public async Task Another_process_is_kept_out_and_its_death_by_SIGKILL_lets_the_next_in()
    {
        SharedMemorySegment.OpenOrCreateLocked(_scratch.Name).Dispose();

        // The shell itself holds the lock, on its descriptor 9; what it execs next keeps it, as no child is left.
        using var holder = new ShellProcess($"exec 9<>{_scratch.Path}; flock 9; echo locked; exec sleep 60");
        Assert.Equal("locked", holder.ReadLine());
        var waiting = Task.Run(() => SharedMemorySegment.OpenLocked(_scratch.Name));
        Assert.False(await FinishesAsync(waiting));

        holder.Kill();

        (await waiting.WaitAsync(Limit)).Dispose();
    }

    [Fact]
    public void A_lock_held_here_keeps_another_process_out()
    {
        using var held = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        using var other = new ShellProcess($"flock --nonblock {_scratch.Path} true || echo refused");

        Assert.Equal("refused", other.ReadLine());
    }

    [Fact]
    public async Task A_writer_that_waited_for_an_unlinked_segment_gets_the_one_that_took_its_name()
    {
        var first = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        var second = Task.Run(() => SharedMemorySegment.OpenOrCreateLocked(_scratch.Name));
        Assert.False(await FinishesAsync(second));

        SharedMemorySegment.Unlink(_scratch.Name);
        first.Dispose();

        using var segment = await second.WaitAsync(Limit);
        Assert.NotEqual(first.Identity, segment.Identity);
        Assert.Equal(segment.Identity, SharedMemorySegment.FindIdentity(_scratch.Name));
    }

    private static async Task<bool> FinishesAsync(Task task) => await Task.WhenAny(task, Task.Delay(Patience)) == task;

    /// <summary>Read, pause, write: loses counts unless writers exclude each other.</summary>
    private void Increment()
    {
        using var segment = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        if (segment.SizeBytes == 0)
        {
            segment.Resize(sizeof(int));
        }

        using var memory = segment.Map();
        int before = BitConverter.ToInt32(memory.GetSpan());
        Thread.Yield();
        BitConverter.TryWriteBytes(memory.GetSpan(), before + 1);
    }
}
