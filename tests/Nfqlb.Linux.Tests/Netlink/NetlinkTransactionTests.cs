using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>Requests that the kernel carries out together or not at all.</summary>
public sealed class NetlinkTransactionTests
{
    [Fact]
    public void It_goes_in_one_datagram_and_the_one_before_its_end_is_acknowledged()
    {
        var kernel = new ScriptedKernel(requests => [requests[^2].Ack()]);
        var results = kernel.Open().SendTransaction(Batch(10_000));

        var requests = Assert.Single(kernel.Datagrams);
        Assert.Equal(10_002, requests.Length);
        Assert.Equal(10_000, Assert.Single(requests.Index(), request => request.Item.WantsAck).Index);
        Assert.All(results, result => Assert.True(result.IsSuccess));
    }

    [Fact]
    public void Each_refusal_finds_its_request()
    {
        var kernel = new ScriptedKernel(requests =>
            [requests[1].Ack(LibC.ENOENT), requests[2].Ack(LibC.EEXIST), requests[^2].Ack()]);

        Assert.Equal(
            [0, LibC.ENOENT, LibC.EEXIST, 0, 0],
            kernel.Open().SendTransaction(Batch(3)).Select(result => result.Errno));
    }

    [Fact]
    public void An_answer_to_its_begin_refuses_all()
    {
        var kernel = new ScriptedKernel(requests => [requests[0].Ack(LibC.EPERM, "not you")]);
        var results = kernel.Open().SendTransaction(Batch(2));

        Assert.Equal(0, kernel.VainWaits);
        Assert.All(results, result => Assert.Equal((LibC.EPERM, "not you"), (result.Errno, result.KernelText)));
        Assert.Equal(["begin", "0", "1", "end"], results.Select(result => $"{result.Subject}"));
    }

    [Fact]
    public void Messages_that_are_no_acknowledgement_are_passed_over()
    {
        var kernel = new ScriptedKernel(requests => [requests[1].Part(5), requests[^2].Ack()]);

        Assert.All(kernel.Open().SendTransaction(Batch(1)), result => Assert.True(result.IsSuccess));
    }

    private static NetlinkBatch Batch(int count)
    {
        var batch = new NetlinkBatch();
        batch.Request(0x10, 0, "begin").Dispose();
        for (int i = 0; i < count; i++)
        {
            batch.Request(0x0a00, 0, i).Dispose();
        }

        batch.Request(0x11, 0, "end").Dispose();
        return batch;
    }
}
