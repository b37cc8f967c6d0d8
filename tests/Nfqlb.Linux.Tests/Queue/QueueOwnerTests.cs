using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>Over text of the kernel's files, recorded on Linux 6.18.</summary>
public sealed class QueueOwnerTests
{
    private static readonly string[] Queues =
    [
        "    2   7894     0 2  1500     0     0        0  1",
        "   12 4294965250    17 2    64   123   456      789  1",
    ];

    private static readonly string[] Sockets =
    [
        "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode",
        "0000000042423931 12  0          00000000 0        0        0     2        0        1507",
        "00000000430a873c 0   7894       00000000 0        0        0     2        0        57871",
        "00000000430a873d 12  7894       00000000 0        0        0     2        0        57872",
    ];

    [Fact]
    public void Finds_the_line_of_a_queue()
    {
        Assert.Equal(
            new KernelQueue(new QueueNumber(12), 4294965250, 17, 123, 456, 789),
            KernelQueue.FindIn(Queues, new QueueNumber(12)));
        Assert.Null(KernelQueue.FindIn(Queues, new QueueNumber(1)));
    }

    [Fact]
    public void All_queues_are_listed_by_number()
    {
        var queues = KernelQueue.ReadAllIn([Queues[1], Queues[0]]);
        Assert.Equal([2, 12], queues.Select(queue => (int)queue.Number.Value));
        Assert.Equal(new KernelQueue(new QueueNumber(12), 4294965250, 17, 123, 456, 789), queues[1]);
        Assert.Empty(KernelQueue.ReadAllIn([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2 7894 0 2")]
    [InlineData("2 x 0 2 1500 0 0 0 1")]
    public void A_line_of_another_form_is_an_error(string line) =>
        Assert.Throws<InvalidDataException>(() => KernelQueue.FindIn([line], new QueueNumber(1)));

    [Fact]
    public void Finds_the_netfilter_socket_of_a_port_among_others_of_the_same_port()
    {
        Assert.Equal("57872", QueueOwner.FindInode(Sockets, 7894));
        Assert.Null(QueueOwner.FindInode(Sockets, 1));
    }

    [Fact]
    public void Names_the_process_or_else_the_port()
    {
        Assert.Equal("nfqlb (pid 1234)", new QueueOwner(1234, 1234, "nfqlb").ToString());
        Assert.Equal("port id 1234", new QueueOwner(1234, null, null).ToString());
    }

    [Theory]
    [InlineData("CapEff:\t0000000000001000", true)]
    [InlineData("CapEff:\t000001ffffffffff", true)]
    [InlineData("CapEff:\t0000000000000fff", false)]
    [InlineData("CapPrm:\t0000000000001000", false)]
    public void Reads_a_capability(string line, bool expected) =>
        Assert.Equal(expected, QueueRefusal.HasCapability(["Name:\tx", line], capability: 12));
}
