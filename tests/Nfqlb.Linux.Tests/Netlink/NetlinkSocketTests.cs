using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Tests.Netlink.ScriptedKernel;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>Requests and their answers, against a kernel that does what the script says.</summary>
public sealed class NetlinkSocketTests
{
    [Fact]
    public void Requests_that_nothing_is_said_of_were_done_when_the_last_is()
    {
        var kernel = new ScriptedKernel(requests => [requests[^1].Ack()]);

        Assert.Equal([0, 0, 0], Errnos(kernel, Batch(3)));
        var requests = Assert.Single(kernel.Datagrams);
        Assert.Equal([false, false, true], requests.Select(request => request.WantsAck));
        Assert.Equal([1u, 2u, 3u], requests.Select(request => request.Sequence));
        Assert.All(requests, request => Assert.Equal(NLM_F_REQUEST, request.Flags & NLM_F_REQUEST));
    }

    [Fact]
    public void Each_refusal_finds_its_request()
    {
        var kernel = new ScriptedKernel(requests =>
        [
            requests[1].Ack(LibC.EEXIST),
            Reply.Of(requests[3].Ack(LibC.EINVAL, "Unknown thing"), requests[4].Ack()),
        ]);
        var results = kernel.Open().Send(Batch(5));

        Assert.Equal([0, LibC.EEXIST, 0, LibC.EINVAL, 0], results.Select(result => result.Errno));
        Assert.True(results[1].IsAlreadyThere);
        Assert.Equal(["thing 0", "thing 1", "thing 2", "thing 3", "thing 4"], results.Select(r => $"{r.Subject}"));
        var error = Assert.Throws<NetlinkException>(results[3].ThrowOnError);
        Assert.Equal("thing 3: Invalid argument: Unknown thing", error.Message);
        Assert.Equal("Unknown thing", error.KernelText);
        Assert.Equal(28, error.AttributeOffset);
        Assert.Equal("thing 1: File exists", Assert.Throws<NetlinkException>(results[1].ThrowOnError).Message);
    }

    [Fact]
    public void The_last_may_be_refused_as_well()
    {
        var kernel = new ScriptedKernel(requests => [requests[1].Ack(LibC.ESRCH)]);

        Assert.Equal([0, LibC.ESRCH], Errnos(kernel, Batch(2)));
    }

    [Fact]
    public void Many_requests_go_in_few_datagrams()
    {
        var kernel = new ScriptedKernel(requests => [requests[0].Ack(LibC.EEXIST), requests[^1].Ack()]);
        var results = kernel.Open().Send(Batch(2000, payloadBytes: 48));

        Assert.Equal(2000, results.Length);
        Assert.Equal((2000 * 64 / NetlinkSocket.WindowBytes) + 1, kernel.Datagrams.Count);
        Assert.All(kernel.Datagrams, datagram => Assert.True(datagram[^1].WantsAck));
        Assert.Equal(
            Enumerable.Range(1, 2000).Select(i => (uint)i),
            kernel.Datagrams.SelectMany(datagram => datagram).Select(request => request.Sequence));
        Assert.Equal(kernel.Datagrams.Count, results.Count(result => result.IsAlreadyThere));
        Assert.Equal("thing 512", $"{results[512].Subject}");
        Assert.True(results[512].IsAlreadyThere);
    }

    [Fact]
    public void A_request_longer_than_a_window_goes_alone()
    {
        var kernel = new ScriptedKernel(requests => [requests[^1].Ack()]);

        Assert.Equal([0, 0], Errnos(kernel, Batch(2, payloadBytes: NetlinkSocket.WindowBytes)));
        Assert.Equal(2, kernel.Datagrams.Count);
    }

    [Fact]
    public void Nothing_is_sent_for_no_request()
    {
        var kernel = new ScriptedKernel(_ => []);

        Assert.Empty(kernel.Open().Send(Batch(0)));
        Assert.Empty(kernel.Datagrams);
    }

    [Fact]
    public void Answers_of_others_and_to_others_are_passed_over()
    {
        var kernel = new ScriptedKernel(requests =>
        [
            new Reply(requests[0].Ack(LibC.EINVAL).Encode(), Sender: 99), // No kernel: a process.
            requests[0].Ack(LibC.EINVAL) with { Port = 99 }, // To another socket.
            requests[0].Ack(LibC.EINVAL) with { Sequence = 0 }, // To an earlier request.
            requests[0].Ack(LibC.EINVAL) with { Sequence = 2 }, // To one that was not sent.
            requests[0].Ack(),
        ]);

        Assert.Equal([0], Errnos(kernel, Batch(1)));
    }

    [Fact]
    public void Late_answers_do_not_answer_the_next_request()
    {
        Request? earlier = null;
        var kernel = new ScriptedKernel(requests =>
        {
            Reply[] replies = earlier is null ? [] : [earlier.Ack(LibC.EINVAL), requests[0].Ack()];
            earlier = requests[0];
            return replies;
        });
        var socket = kernel.Open();

        Assert.Equal(LibC.ETIMEDOUT, Assert.Throws<NetlinkException>(() => socket.Send(Batch(1))).Errno);
        Assert.Equal(0, socket.Send(Batch(1))[0].Errno);
    }

    [Fact]
    public void An_answer_that_never_comes_is_waited_for_once()
    {
        var kernel = new ScriptedKernel(requests => [requests[0].Ack(LibC.EEXIST)]);
        var error = Assert.Throws<NetlinkException>(() => kernel.Open().Send(Batch(2)));

        Assert.Equal("thing 1: Connection timed out: the kernel did not answer", error.Message);
        Assert.Equal(1, kernel.VainWaits);
    }

    [Fact]
    public void Endless_talk_of_others_is_not_listened_to_for_ever()
    {
        var stale = new Request(16, 0, 77, 16).Ack();
        var unrelated = new ScriptedKernel(_ => []) { Endless = stale };
        var foreign = new ScriptedKernel(_ => []) { Endless = new Reply(stale.Encode(), Sender: 99) };
        var signals = new ScriptedKernel(_ => []) { Endless = Reply.Failure(LibC.EINTR) };
        foreach (var kernel in (ScriptedKernel[])[unrelated, foreign, signals])
        {
            Assert.Equal(LibC.ETIMEDOUT, Assert.Throws<NetlinkException>(() => kernel.Open().Send(Batch(1))).Errno);
        }
    }

    [Fact]
    public void Lost_answers_are_said_to_be_lost()
    {
        var kernel = new ScriptedKernel(requests =>
            [requests[0].Ack(LibC.EEXIST), Reply.Failure(LibC.ENOBUFS)]);
        var results = kernel.Open().Send(Batch(3));

        Assert.Equal([LibC.EEXIST, LibC.ENOBUFS, LibC.ENOBUFS], results.Select(result => result.Errno));
        Assert.Equal(0, kernel.VainWaits);
        Assert.Equal(
            "thing 1: No buffer space available: the answer was lost",
            Assert.Throws<NetlinkException>(results[1].ThrowOnError).Message);
    }

    [Fact]
    public void What_still_comes_behind_a_loss_counts()
    {
        var kernel = new ScriptedKernel(requests =>
            [Reply.Failure(LibC.ENOBUFS), requests[1].Ack(LibC.EEXIST), requests[2].Ack()]);

        Assert.Equal([LibC.ENOBUFS, LibC.EEXIST, 0], Errnos(kernel, Batch(3)));
    }

    [Fact]
    public void A_signal_does_not_end_the_wait()
    {
        var kernel = new ScriptedKernel(requests => [Reply.Failure(LibC.EINTR), requests[0].Ack()]);

        Assert.Equal([0], Errnos(kernel, Batch(1)));
    }

    [Fact]
    public void Failures_to_send_and_receive_are_told()
    {
        var mute = new ScriptedKernel(_ => []) { SendErrno = LibC.EMSGSIZE };
        Assert.Equal(
            "thing 0: Message too long", Assert.Throws<NetlinkException>(() => mute.Open().Send(Batch(1))).Message);
        var deaf = new ScriptedKernel(_ => [Reply.Failure(LibC.EPERM)]);
        Assert.Equal(LibC.EPERM, Assert.Throws<NetlinkException>(() => deaf.Open().Send(Batch(1))).Errno);
    }

    [Fact]
    public void An_answer_that_was_cut_is_no_answer()
    {
        var kernel = new ScriptedKernel(requests => [new Reply(requests[0].Ack().Encode(), Length: 1 << 20)]);

        Assert.Equal(LibC.EMSGSIZE, Assert.Throws<NetlinkException>(() => kernel.Open().Send(Batch(1))).Errno);
    }

    [Theory]
    [InlineData(8)] // Within the header.
    [InlineData(20)] // Within what the header announces.
    public void A_message_that_is_not_whole_is_no_answer(int length)
    {
        var kernel = new ScriptedKernel(requests => [new Reply(requests[0].Ack().Encode()[..length])]);

        Assert.Equal(LibC.EBADMSG, Assert.Throws<NetlinkException>(() => kernel.Open().Send(Batch(1))).Errno);
    }

    [Fact]
    public void An_error_may_repeat_the_request()
    {
        // As without NETLINK_CAP_ACK: error, the request with 4 bytes of content, then the kernel's text.
        var kernel = new ScriptedKernel(requests =>
        {
            var writer = new NetlinkWriter();
            using (writer.Message(NLMSG_ERROR, NLM_F_ACK_TLVS))
            {
                writer.Append(new nlmsgerr { error = -22, msg = new() { nlmsg_len = 20 } });
                writer.Append(0xffffffff);
                writer.Text(NLMSGERR_ATTR_MSG, "no");
            }

            writer.Written[8] = (byte)requests[0].Sequence;
            BitConverter.TryWriteBytes(writer.Written[12..], OwnPort);
            return [new Reply(writer.Written.ToArray())];
        });

        Assert.Equal("no", kernel.Open().Send(Batch(1))[0].KernelText);
    }

    private static IEnumerable<int> Errnos(ScriptedKernel kernel, NetlinkBatch batch) =>
        kernel.Open().Send(batch).Select(result => result.Errno);

    private static NetlinkBatch Batch(int count, int payloadBytes = 4)
    {
        var batch = new NetlinkBatch();
        for (int i = 0; i < count; i++)
        {
            using (batch.Request(16, 0, $"thing {i}"))
            {
                for (int written = 0; written < payloadBytes; written += 4)
                {
                    batch.Writer.Append(i);
                }
            }
        }

        return batch;
    }
}
