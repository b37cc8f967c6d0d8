using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;

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

    [Fact]
    public async Task A_wait_has_a_limit_and_tells_who_holds_the_lock()
    {
        SharedMemorySegment.OpenOrCreateLocked(_scratch.Name).Dispose();
        using var holder = new ShellProcess($"exec 9<>{_scratch.Path}; flock 9; echo locked; exec sleep 60");
        holder.ReadLine();
        var wait = new LockWait(TimeSpan.FromSeconds(0.3));

        var refusal = await Assert.ThrowsAsync<SegmentException>(
            () => Task.Run(() => SharedMemorySegment.OpenLocked(_scratch.Name, wait)).WaitAsync(Limit));

        // The lock is of the process that asked for it: flock(1), which has ended since.
        Assert.Matches(@"^locked for more than 0\.3 s by (another process|process \d+.*)$", refusal.Message);
        holder.Kill();
        SharedMemorySegment.OpenLocked(_scratch.Name).Dispose(); // the one that gave up is not in the way
    }

    [Fact]
    public void The_holder_in_this_process_is_named()
    {
        using var held = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);

        var refusal = Assert.Throws<SegmentException>(
            () => SharedMemorySegment.OpenLocked(_scratch.Name, new LockWait(TimeSpan.FromMilliseconds(100))));

        Assert.StartsWith($"locked for more than 0.1 s by process {Environment.ProcessId} (", refusal.Message);
        Assert.EndsWith($" of user {LocalUser.Current}", refusal.Message);
    }

    [Fact]
    public async Task A_wait_ends_when_it_is_told_to()
    {
        using var held = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(
            () => SharedMemorySegment.OpenLocked(_scratch.Name, LockWait.Short with { Stop = stop.Token }));
        Assert.False(await FinishesAsync(waiting));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void The_holder_is_the_one_of_this_file_that_does_not_wait() => Assert.Equal(42, LockHolder.FindProcess(
        [
            "1: POSIX  ADVISORY  WRITE 7 00:1a:5 0 EOF",
            "2: FLOCK  ADVISORY  WRITE 8 00:1a:55 0 EOF",
            "2: -> FLOCK  ADVISORY  WRITE 9 00:1a:5 0 EOF",
            "3: FLOCK  ADVISORY  WRITE 42 00:1a:5 0 EOF",
            "3: -> FLOCK  ADVISORY  WRITE 10 00:1a:5 0 EOF",
        ],
        "00:1a:5"));

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
