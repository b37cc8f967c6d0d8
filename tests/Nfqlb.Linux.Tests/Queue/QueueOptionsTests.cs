using Nfqlb.Linux.Queue;

namespace Nfqlb.Linux.Tests.Queue;

public sealed class QueueOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(65532)]
    public void Refuses_a_copy_range_the_kernel_would_read_otherwise(int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueueOptions { CopyRangeBytes = bytes });

    [Fact]
    public void Refuses_a_queue_without_room() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueueOptions { MaxLengthPackets = 0 });

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void Refuses_a_batch_the_kernel_would_cut(int packets) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueueOptions { BatchCapacityPackets = packets });

    [Fact]
    public void Defaults_are_those_of_nfqlb() =>
        Assert.Equal(
            new QueueOptions { CopyRangeBytes = 1500, MaxLengthPackets = 1024, BatchCapacityPackets = 128 },
            new QueueOptions());
}
