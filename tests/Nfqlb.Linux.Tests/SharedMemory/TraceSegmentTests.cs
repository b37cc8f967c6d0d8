using System.Buffers.Binary;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Maglev;

namespace Nfqlb.Linux.Tests.SharedMemory;

public sealed class TraceSegmentTests : IDisposable
{
    private readonly ScratchSegment _segment = new();

    [Fact]
    public void A_new_one_has_the_default_level_and_traces_nothing()
    {
        using var settings = TraceSegment.OpenOrCreate(_segment.Name);

        Assert.Equal((5, 0u), (settings.Level, settings.TraceMask));
    }

    [Fact]
    public void What_one_sets_the_other_sees_at_once()
    {
        using var balancer = TraceSegment.OpenOrCreate(_segment.Name);
        using var command = TraceSegment.OpenOrCreate(_segment.Name);

        (command.Level, command.TraceMask) = (7, 0xffff_ffff);

        Assert.Equal((7, 0xffff_ffff), (balancer.Level, balancer.TraceMask));
    }

    [Fact]
    public void The_layout_is_the_one_of_1_2_0()
    {
        using var settings = TraceSegment.OpenOrCreate(_segment.Name);
        (settings.Level, settings.TraceMask) = (6, 0x41);

        byte[] bytes = File.ReadAllBytes(_segment.Path);

        Assert.Equal(8, bytes.Length);
        Assert.Equal(6, BinaryPrimitives.ReadInt32LittleEndian(bytes));
        Assert.Equal(0x41u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(4096)]
    public void Anything_of_another_length_is_left_alone(int length)
    {
        File.WriteAllBytes(_segment.Path, new byte[length]);

        Assert.Throws<SegmentException>(() => TraceSegment.OpenOrCreate(_segment.Name));

        Assert.Equal(new byte[length], File.ReadAllBytes(_segment.Path));
    }

    public void Dispose() => _segment.Dispose();
}
