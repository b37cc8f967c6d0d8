using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Tests.Netlink.ScriptedKernel;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>Listings that come in parts, and answers that are one message.</summary>
public sealed class NetlinkDumpTests
{
    [Fact]
    public void Parts_are_put_together_however_they_are_split()
    {
        for (int split = 0; split < 8; split++)
        {
            var kernel = Dumps(request => Split(split, request.Part(1), request.Part(2), request.Part(3),
                request.Done()));

            Assert.Equal(["1", "2", "3"], Read(kernel));
            var sent = Assert.Single(Assert.Single(kernel.Datagrams));
            Assert.Equal(NLM_F_REQUEST | NLM_F_DUMP, sent.Flags);
        }
    }

    [Fact]
    public void Nothing_listed_is_no_error() => Assert.Empty(Read(Dumps(request => [request.Done()])));

    [Fact]
    public void What_the_decoder_has_no_use_for_is_left_out() =>
        Assert.Equal(["2"], Read(Dumps(request => [request.Part(0), request.Part(2), request.Done()])));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_interrupted_listing_is_read_again(int interrupted)
    {
        int attempt = 0;
        var kernel = Dumps(request =>
        {
            ushort Flag(int part) => attempt == 1 && part == interrupted ? NLM_F_DUMP_INTR : (ushort)0;
            attempt++;
            return [request.Part(1, Flag(0)), request.Part(2, Flag(1)), request.Done(flags: Flag(2))];
        });

        Assert.Equal(["1", "2"], Read(kernel));
        Assert.Equal(2, attempt);
        Assert.NotEqual(kernel.Datagrams[0][0].Sequence, kernel.Datagrams[1][0].Sequence);
    }

    [Fact]
    public void A_listing_that_lost_a_part_is_finished_and_read_again()
    {
        int attempt = 0;
        var kernel = Dumps(request => attempt++ == 0
            ? [request.Part(1), Reply.Failure(LibC.ENOBUFS), request.Part(3), request.Done()]
            : [request.Part(1), request.Part(2), request.Part(3), request.Done()]);

        Assert.Equal(["1", "2", "3"], Read(kernel));
        Assert.Equal(2, attempt);
    }

    [Fact]
    public void An_interruption_may_be_an_error()
    {
        int attempt = 0;
        var kernel = Dumps(request => attempt++ switch
        {
            0 => [request.Part(1), request.Done(LibC.EINTR)],
            1 => [request.Ack(LibC.EAGAIN)],
            _ => [request.Part(4), request.Done()],
        });

        Assert.Equal(["4"], Read(kernel));
    }

    [Fact]
    public void Interrupted_for_ever_it_is_given_up()
    {
        var kernel = Dumps(request => [request.Part(1, NLM_F_DUMP_INTR), request.Done()]);

        Assert.Equal(LibC.EINTR, Assert.Throws<NetlinkException>(() => Read(kernel)).Errno);
        Assert.Equal(NetlinkSocket.DumpAttempts, kernel.Datagrams.Count);
    }

    [Fact]
    public void A_listing_without_warnings_is_read_until_it_is_the_same_twice()
    {
        string[] listings = ["12", "122", "1", "12", "12", "1"];
        int attempt = 0;
        var kernel = Dumps(request =>
        [
            .. listings[attempt++].Select(digit => (Reply)request.Part((uint)(digit - '0'))), request.Done(),
        ]);

        Assert.Equal(["1", "2"], kernel.Open().DumpSettled(Request(NLM_F_DUMP), Decode));
        Assert.Equal(5, attempt);
    }

    [Fact]
    public void A_listing_that_is_never_the_same_is_given_up()
    {
        uint attempt = 0;
        var kernel = Dumps(request => [request.Part(++attempt), request.Done()]);
        var error = Assert.Throws<NetlinkException>(
            () => kernel.Open().DumpSettled(Request(NLM_F_DUMP), Decode));

        Assert.Equal(LibC.EINTR, error.Errno);
        Assert.Equal(NetlinkSocket.DumpAttempts, (int)attempt);
    }

    [Fact]
    public void A_refusal_is_told_in_the_kernels_words()
    {
        var atOnce = Dumps(request => [request.Ack(LibC.EINVAL, "Invalid header")]);
        Assert.Equal(
            "all things: Invalid argument: Invalid header",
            Assert.Throws<NetlinkException>(() => Read(atOnce)).Message);
        var atTheEnd = Dumps(request => [request.Part(1), request.Done(LibC.ENOENT, text: "No table")]);
        Assert.Equal(
            "all things: No such file or directory: No table",
            Assert.Throws<NetlinkException>(() => Read(atTheEnd)).Message);
    }

    [Fact]
    public void An_end_that_never_comes_is_not_waited_for_twice()
    {
        var kernel = Dumps(request => [request.Part(1)]);

        Assert.Equal(LibC.ETIMEDOUT, Assert.Throws<NetlinkException>(() => Read(kernel)).Errno);
        Assert.Equal(1, kernel.VainWaits);
    }

    [Fact]
    public void Parts_of_another_listing_are_left_out() =>
        Assert.Equal(
            ["1"],
            Read(Dumps(request =>
            [
                request.Part(7) with { Sequence = 0 },
                request.Part(8) with { Port = 9 },
                request.Done() with { Sequence = 0 },
                request.Part(1),
                request.Done(),
            ])));

    [Fact]
    public void One_message_and_its_acknowledgement()
    {
        var apart = new ScriptedKernel(requests => [requests[0].Part(5), requests[0].Ack()]);
        var together = new ScriptedKernel(requests => [Reply.Of(requests[0].Part(5), requests[0].Ack())]);
        foreach (var kernel in (ScriptedKernel[])[apart, together])
        {
            Assert.Equal("5", kernel.Open().Get(Request(0), Decode));
            Assert.True(kernel.Datagrams[0][0].WantsAck);
        }
    }

    [Fact]
    public void A_refused_question()
    {
        var kernel = new ScriptedKernel(requests => [requests[0].Ack(LibC.ENETUNREACH)]);

        Assert.Equal(
            "all things: Network is unreachable",
            Assert.Throws<NetlinkException>(() => kernel.Open().Get(Request(0), Decode)).Message);
        Assert.Null(kernel.Open().Get(Request(0), Decode, out var result));
        Assert.Equal(LibC.ENETUNREACH, result.Errno);
    }

    private static List<string> Read(ScriptedKernel kernel) => kernel.Open().Dump(Request(NLM_F_DUMP), Decode);

    private static string? Decode(NetlinkMessage message)
    {
        Assert.Equal(0x77, message.Type);
        uint value = MemoryMarshal.Read<uint>(message.Payload);
        return value == 0 ? null : $"{value}";
    }

    private static NetlinkBatch Request(ushort flags)
    {
        var batch = new NetlinkBatch();
        batch.Request(0x76, flags, "all things").Dispose();
        return batch;
    }

    private static ScriptedKernel Dumps(Func<Request, Reply[]> answer) => new(requests => answer(requests[0]));

    /// <summary>The messages in datagrams; a bit set in <paramref name="cuts"/> is a border behind that one.</summary>
    private static Reply[] Split(int cuts, params Message[] messages)
    {
        var replies = new List<Reply>();
        var together = new List<Message>();
        foreach (var (index, message) in messages.Index())
        {
            together.Add(message);
            if ((cuts >> index & 1) != 0 || index == messages.Length - 1)
            {
                replies.Add(Reply.Of([.. together]));
                together.Clear();
            }
        }

        return [.. replies];
    }
}
