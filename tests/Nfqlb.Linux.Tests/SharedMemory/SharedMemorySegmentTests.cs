using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tests.Support;

namespace Nfqlb.Linux.Tests.SharedMemory;

public sealed class SharedMemorySegmentTests : IDisposable
{
    private readonly ScratchSegment _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Opening_a_missing_segment_names_it_and_says_why()
    {
        var error = Assert.Throws<SystemCallException>(() => SharedMemorySegment.Open(_scratch.Name, readOnly: true));

        Assert.Equal($"open {_scratch.Path}: No such file or directory", error.Message);
        Assert.Throws<SystemCallException>(() => SharedMemorySegment.OpenLocked(_scratch.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_name_that_is_no_file_name_is_refused(string name) =>
        Assert.Throws<SystemCallException>(() => SharedMemorySegment.OpenOrCreateLocked(name));

    [Fact]
    public void A_new_segment_is_empty_and_its_owners_alone()
    {
        using var segment = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);

        Assert.Equal(0, segment.SizeBytes);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch.Path));
        Assert.Throws<SystemCallException>(segment.Map);
    }

    [Fact]
    public void A_leading_slash_means_the_same_segment()
    {
        using var created = SharedMemorySegment.OpenOrCreateLocked("/" + _scratch.Name);
        using var opened = SharedMemorySegment.Open(_scratch.Name, readOnly: true);

        Assert.Equal(created.Identity, opened.Identity);
    }

    [Fact]
    public void Resize_grows_with_zeros_keeps_what_was_there_and_shrinks()
    {
        using var segment = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        segment.Resize(10);
        using (var small = segment.Map())
        {
            small.GetSpan().Fill(0xaa);
        }

        segment.Resize(5000);
        using (var large = segment.Map())
        {
            Assert.Equal(5000, large.LengthBytes);
            Assert.Equal(10, large.GetSpan().IndexOfAnyExcept((byte)0xaa));
            Assert.Equal(-1, large.GetSpan()[10..].IndexOfAnyExcept((byte)0));
        }

        segment.Resize(7);
        Assert.Equal(7, segment.SizeBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.Resize(0));
    }

    [Fact]
    public void Resize_beyond_what_the_file_system_holds_is_an_error_that_changes_nothing()
    {
        using var segment = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        segment.Resize(100);

        Assert.Throws<SystemCallException>(() => segment.Resize(1L << 60));
        Assert.Equal(100, segment.SizeBytes);
    }

    [Fact]
    public void Resize_of_a_read_only_segment_is_refused()
    {
        using var writer = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        writer.Resize(10);
        using var reader = SharedMemorySegment.Open(_scratch.Name, readOnly: true);

        Assert.Throws<SystemCallException>(() => reader.Resize(20));
    }

    [Fact]
    public void What_one_mapping_writes_the_other_reads_though_the_segment_is_closed_and_unlinked()
    {
        MappedMemory written;
        using (var writer = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name))
        {
            writer.Resize(4096);
            written = writer.Map();
        }

        using var reader = SharedMemorySegment.Open(_scratch.Name, readOnly: true);
        using var read = reader.Map();
        Assert.True(SharedMemorySegment.Unlink(_scratch.Name));

        written.GetSpan()[4095] = 42;

        Assert.Equal(42, read.GetSpan()[4095]);
        Assert.True(read.IsReadOnly);
        ((IDisposable)written).Dispose();
        Assert.Throws<ObjectDisposedException>(() => written.GetSpan().Length);
    }

    [Fact]
    public void Unlinking_a_missing_segment_is_fine() => Assert.False(SharedMemorySegment.Unlink(_scratch.Name));

    [Fact]
    public void A_replaced_segment_is_noticed_by_its_identity()
    {
        using var old = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        Assert.Equal(old.Identity, SharedMemorySegment.FindIdentity(_scratch.Name));

        SharedMemorySegment.Unlink(_scratch.Name);
        Assert.Null(SharedMemorySegment.FindIdentity(_scratch.Name));

        using var replacement = SharedMemorySegment.OpenOrCreateLocked(_scratch.Name);
        Assert.NotEqual(old.Identity, replacement.Identity);
        Assert.Equal(replacement.Identity, SharedMemorySegment.FindIdentity(_scratch.Name));
    }
}
