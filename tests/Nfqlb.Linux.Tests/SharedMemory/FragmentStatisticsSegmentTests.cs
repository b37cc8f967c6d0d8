using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.Tests.SharedMemory;

public sealed class FragmentStatisticsSegmentTests : IDisposable
{
    private const int Count = 5;
    private static readonly long[] None = new long[Count];
    private readonly ScratchSegment _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_new_one_shows_figures_from_the_first_and_is_its_owners_alone()
    {
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, [5, 4, 3, 2, 1]);

        Assert.Equal([5, 4, 3, 2, 1], FragmentStatisticsSegment.Read(_scratch.Name, Count));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch.Path));
        Assert.DoesNotContain(Directory.GetFiles("/dev/shm"), path => path.Contains(".nfqlb-stats-"));
    }

    [Fact]
    public void What_is_published_is_read_the_latest_each_time()
    {
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, None);

        for (long i = 0; i < 5; i++)
        {
            long[] figures = [i, long.MaxValue - i, 0, 1L << 40, i * i];
            segment.Publish(figures);
            Assert.Equal(figures, FragmentStatisticsSegment.Read(_scratch.Name, Count));
        }
    }

    [Fact]
    public void The_same_figures_once_more_change_nothing()
    {
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, [1, 2, 3, 4, 5]);
        byte[] before = File.ReadAllBytes(_scratch.Path);
        segment.Publish([1, 2, 3, 4, 5]);
        Assert.Equal(before, File.ReadAllBytes(_scratch.Path));

        segment.Publish([1, 2, 3, 4, 6]);
        Assert.NotEqual(before, File.ReadAllBytes(_scratch.Path));
    }

    [Fact]
    public void The_figures_outlive_the_process_that_published_them()
    {
        using (var segment = FragmentStatisticsSegment.Create(_scratch.Name, None))
        {
            segment.Publish([1, 2, 3, 4, 5]);
        }

        Assert.Equal([1, 2, 3, 4, 5], FragmentStatisticsSegment.Read(_scratch.Name, Count));
    }

    [Fact]
    public void A_reader_never_sees_figures_of_two_moments()
    {
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, None);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var writer = new Thread(() =>
        {
            long[] figures = new long[Count];
            for (long i = 1; !stop.IsCancellationRequested; i++)
            {
                figures.AsSpan().Fill(i);
                segment.Publish(figures);
            }
        });
        writer.Start();
        long latest = 0, changes = 0;
        while (!stop.IsCancellationRequested)
        {
            long[] figures = FragmentStatisticsSegment.Read(_scratch.Name, Count);
            Assert.Single(figures.Distinct());
            Assert.True(figures[0] >= latest, $"{figures[0]} after {latest}");
            changes += figures[0] > latest ? 1 : 0;
            latest = figures[0];
        }
        writer.Join();

        Assert.True(changes > 1, "the writer did not write while the reader read");
    }

    [Fact]
    public void The_next_balancer_takes_the_name_and_the_one_before_goes_on_unseen()
    {
        using var first = FragmentStatisticsSegment.Create(_scratch.Name, None);
        first.Publish([1, 1, 1, 1, 1]);
        using var second = FragmentStatisticsSegment.Create(_scratch.Name, None);
        first.Publish([2, 2, 2, 2, 2]);

        Assert.Equal(new long[Count], FragmentStatisticsSegment.Read(_scratch.Name, Count));
        second.Publish([3, 3, 3, 3, 3]);
        Assert.Equal([3, 3, 3, 3, 3], FragmentStatisticsSegment.Read(_scratch.Name, Count));
    }

    /// <summary>1.2.0 leaves 72 bytes in /dev/shm, which survives a container's restart into this version.</summary>
    [Theory]
    [InlineData(72)]
    [InlineData(0)]
    public void What_nfqlb_1_2_0_left_and_what_is_empty_is_replaced(int bytes)
    {
        File.WriteAllBytes(_scratch.Path, new byte[bytes]);

        FragmentStatisticsSegment.Create(_scratch.Name, None).Dispose();

        Assert.Equal(new long[Count], FragmentStatisticsSegment.Read(_scratch.Name, Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(71)]
    [InlineData(73)]
    [InlineData(128)]
    [InlineData(10_000)]
    public void Foreign_memory_is_neither_replaced_nor_read(int bytes)
    {
        byte[] content = [.. Enumerable.Repeat((byte)0x5a, bytes)];
        File.WriteAllBytes(_scratch.Path, content);

        var refusal = Assert.Throws<SegmentException>(() => FragmentStatisticsSegment.Create(_scratch.Name, None));

        Assert.Equal("taken by something that is no fragment statistics", refusal.Message);
        Assert.Equal(content, File.ReadAllBytes(_scratch.Path));
        AssertUnreadable("not fragment statistics");
    }

    [Fact]
    public void A_pool_is_neither_replaced_nor_read()
    {
        Assert.True(PoolName.TryParse(_scratch.Name, out var name, out _));
        PoolDirectory.Create(name, new PoolSize(3, 1), ownMark: 0);

        Assert.Throws<SegmentException>(() => FragmentStatisticsSegment.Create(_scratch.Name, None));

        Assert.Equal(3, PoolDirectory.Open(name).Size.Entries);
        AssertUnreadable("not fragment statistics");
    }

    [Fact]
    public void What_is_no_memory_is_refused()
    {
        Directory.CreateDirectory(_scratch.Path);
        try
        {
            var refusal = Assert.Throws<SegmentException>(() => FragmentStatisticsSegment.Create(_scratch.Name, None));
            Assert.Equal("not a regular file", refusal.Message);
            AssertUnreadable("not fragment statistics");
        }
        finally
        {
            Directory.Delete(_scratch.Path);
        }
    }

    [Fact]
    public void A_missing_one_is_told() => AssertUnreadable("no such segment");

    [Fact]
    public void Another_version_or_number_of_figures_is_told()
    {
        using var segment = FragmentStatisticsSegment.Create(_scratch.Name, new long[Count + 1]);
        AssertUnreadable("fragment statistics of another version");

        using (var file = File.OpenWrite(_scratch.Path))
        {
            file.Position = 8;
            file.WriteByte(2);
            file.Position = 12;
            file.WriteByte(Count);
        }
        AssertUnreadable("fragment statistics of another version");
    }

    private void AssertUnreadable(string reason) => Assert.Equal(
        reason, Assert.Throws<SegmentException>(() => FragmentStatisticsSegment.Read(_scratch.Name, Count)).Message);
}
