using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>What is done when the kernel says no: the other kind of queue, another try, or an error.</summary>
public sealed class VipTableRefusalTests
{
    /// <summary>Of the list element that begins with NFTA_EXPR_NAME and the name: the kernel complains of the
    /// former.</summary>
    private const int HeaderBytes = 4;

    private static readonly NftablesState Wanted = State("10.0.0.0/24");

    private static readonly byte[] NativeName = [10, 0, 1, 0, .. "queue\0"u8];

    private static readonly byte[] TargetName = [11, 0, 1, 0, .. "target\0"u8];

    [Fact]
    public void The_native_queue_is_used_where_there_is_one()
    {
        var kernel = new FakeNftables(_ => []);

        kernel.Open().Set(Wanted);

        var batch = Assert.Single(kernel.Batches);
        Assert.Equal(4, batch.Find(NativeName).Count());
        Assert.Empty(batch.Find(TargetName));
    }

    [Fact]
    public void Without_it_the_same_batch_has_the_target_of_iptables()
    {
        var kernel = new FakeNftables(batch => Unknown(batch, batch.Find(NativeName)));
        using var table = kernel.Open();

        table.Set(Wanted);
        table.Set(Wanted);

        Assert.Equal(3, kernel.Batches.Count);
        var (native, target) = (kernel.Batches[0], kernel.Batches[1]);
        Assert.Equal(native.Messages.Length, target.Messages.Length);
        Assert.Equal(
            native.Find(NativeName).Select(one => one.Index), target.Find(TargetName).Select(one => one.Index));
        Assert.Empty(kernel.Batches[2].Find(NativeName));
    }

    [Fact]
    public void A_kernel_with_neither_is_told_so()
    {
        var kernel = new FakeNftables(batch =>
            Unknown(batch, [.. batch.Find(NativeName), .. batch.Find(TargetName)]));

        var error = Assert.Throws<NetlinkException>(() => kernel.Open().Set(Wanted));

        Assert.Equal(2, kernel.Batches.Count);
        Assert.Equal(
            "+ rule prerouting: meta nfproto == 2 ip daddr @vip4 counter queue to 0-3: No such file or directory: "
            + "the kernel has neither the queue statement of nf_tables nor iptables' NFQUEUE",
            error.Message);
    }

    [Fact]
    public void A_kernel_without_the_hash_is_told_so()
    {
        byte[] hash = [9, 0, 1, 0, .. "hash\0"u8];
        var kernel = new FakeNftables(batch => Unknown(batch, batch.Find(hash)));
        var byPorts = Wanted with { Queue = Wanted.Queue with { ByPorts = true } };

        var error = Assert.Throws<NetlinkException>(() => kernel.Open().Set(byPorts));

        Assert.Single(kernel.Batches);
        Assert.EndsWith(
            ": the kernel has no jhash of nf_tables, by which ports are spread", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_thing_that_is_not_there_is_an_error_at_once()
    {
        byte[] name = [11, 0, 1, 0, .. "lookup\0"u8];
        var kernel = new FakeNftables(batch => Unknown(batch, batch.Find(name)));

        var error = Assert.Throws<NetlinkException>(() => kernel.Open().Set(Wanted));

        Assert.Equal(LibC.ENOENT, error.Errno);
        Assert.Single(kernel.Batches);
    }

    [Theory]
    [InlineData(LibC.ERESTART)]
    [InlineData(LibC.EINTR)]
    [InlineData(LibC.EAGAIN)]
    [InlineData(LibC.EBUSY)]
    public void Others_who_were_faster_are_waited_for(int errno)
    {
        int batches = 0;
        var kernel = new FakeNftables(_ => ++batches < 4 ? [new(Index: 0, errno)] : []);

        Assert.False(kernel.Open().Set(Wanted).IsEmpty);

        // Each try reads anew, and says of which generation it is.
        Assert.Equal(4, kernel.Batches.Count);
        Assert.Equal(4, kernel.Batches.Select(batch => batch.Generation).Distinct().Count());
    }

    [Fact]
    public void A_lost_answer_is_looked_up()
    {
        var kernel = new FakeNftables(_ => []) { LostAnswers = 2 };

        kernel.Open().Set(Wanted);

        Assert.Equal(3, kernel.Batches.Count);
    }

    [Fact]
    public void Others_who_never_rest_are_an_error()
    {
        var kernel = new FakeNftables(_ => [new(Index: 0, LibC.ERESTART)]);

        var error = Assert.Throws<NetlinkException>(() => kernel.Open().Set(Wanted));

        Assert.Equal(LibC.ERESTART, error.Errno);
        Assert.StartsWith("table inet nfqlb: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(kernel.Batches.Count, 20, 100);
    }

    private static IEnumerable<FakeNftables.Refusal> Unknown(
        FakeNftables.Batch batch, IEnumerable<(int Index, int Offset)> names)
    {
        Assert.NotEmpty(batch.Messages);
        return names.Select(name => new FakeNftables.Refusal(name.Index, LibC.ENOENT, name.Offset - HeaderBytes));
    }
}
