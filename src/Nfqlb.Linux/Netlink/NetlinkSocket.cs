using System.Diagnostics;
using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>A conversation with the kernel: requests, their answers, and dumps.</summary>
/// <remarks>
/// <para>
/// The kernel carries requests out while they are being sent, in their order, and answers each that fails; so of many
/// sent at once only the last need be acknowledged, and no answer to another means that it was done. Whatever comes
/// from elsewhere, or answers an earlier request, is passed over.
/// </para>
/// <para>One thread may use it at a time. It belongs to the network namespace of the thread that opened it.</para>
/// </remarks>
public sealed class NetlinkSocket : IDisposable
{
    /// <summary>How often a dump is begun anew that changes interrupted.</summary>
    internal const int DumpAttempts = 50;

    /// <summary>Most bytes of independent requests that are sent at once: about 500 rules.</summary>
    internal const int WindowBytes = 32 << 10;

    /// <summary>The kernel sends parts of a dump of at most 32 KiB; an attribute may have 64 KiB.</summary>
    private const int ReceiveBufferBytes = 128 << 10;

    private readonly INetlinkChannel _channel;
    private readonly TimeSpan _patience;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReceiveBufferBytes);
    private uint _nextSequence = 1;

    /// <summary>When the last answer came to what is being asked, by <see cref="Stopwatch"/>.</summary>
    private long _heardAt;

    /// <summary>What came last was an answer to it.</summary>
    private bool _hasHeard;

    internal NetlinkSocket(INetlinkChannel channel, TimeSpan patience)
    {
        _channel = channel;
        _patience = patience;
    }

    /// <summary>Opens a socket in the network namespace of this thread. Reading needs no privilege, changing needs
    /// CAP_NET_ADMIN.</summary>
    /// <exception cref="SystemCallException">The kernel has no such protocol, or is older than 4.20.</exception>
    public static NetlinkSocket Open(NetlinkProtocol protocol) =>
        new(KernelChannel.Open(protocol), TimeSpan.FromSeconds(KernelChannel.PatienceSeconds));

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _channel.Dispose();

    /// <summary>Sends requests that do not depend on each other, many in one datagram.</summary>
    /// <returns>What became of each, in their order: one that fails does not stop those behind it.</returns>
    /// <exception cref="NetlinkException">Sending failed, or no answer came in time (ETIMEDOUT).</exception>
    internal NetlinkResult[] Send(NetlinkBatch batch)
    {
        var results = new NetlinkResult[batch.Count];
        int end;
        for (int first = 0; first < batch.Count; first = end)
        {
            end = batch.Fit(first, WindowBytes);
            Converse(batch, first, results.AsSpan(first..end), acknowledged: end - 1, opener: -1);
        }

        return results;
    }

    /// <summary>Sends requests that the kernel carries out together or not at all, in one datagram: a batch of
    /// nf_tables, with its begin and end.</summary>
    /// <remarks>An error that answers the begin is the kernel's no to the whole, and the only answer it
    /// gives.</remarks>
    /// <returns>What became of each; where one failed, none was carried out.</returns>
    /// <exception cref="NetlinkException">Sending failed, or no answer came in time (ETIMEDOUT).</exception>
    internal NetlinkResult[] SendTransaction(NetlinkBatch batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch.Count, 3, nameof(batch));
        var results = new NetlinkResult[batch.Count];
        Converse(batch, first: 0, results, acknowledged: batch.Count - 2, opener: 0);
        return results;
    }

    /// <summary>Sends one request and waits until it is done.</summary>
    /// <exception cref="NetlinkException">The kernel refused it.</exception>
    internal void Request(NetlinkBatch request)
    {
        foreach (var result in Send(request))
        {
            result.ThrowOnError();
        }
    }

    /// <summary>Sends one request that is answered by one message.</summary>
    /// <returns>What the answer says; null when the decoder had no use for it.</returns>
    /// <exception cref="NetlinkException">The kernel refused it.</exception>
    internal T? Get<T>(NetlinkBatch request, NetlinkDecoder<T> decode)
        where T : class
    {
        var answer = Get(request, decode, out var result);
        result.ThrowOnError();
        return answer;
    }

    /// <summary>The same, for a request that may well be refused.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decode">Reads the answer.</param>
    /// <param name="result">What became of the request.</param>
    /// <returns>What the answer says; null when it was refused, or the decoder had no use for it.</returns>
    /// <exception cref="NetlinkException">Sending failed, or no answer came in time (ETIMEDOUT).</exception>
    internal T? Get<T>(NetlinkBatch request, NetlinkDecoder<T> decode, out NetlinkResult result)
        where T : class
    {
        T? answer = null;
        var results = new NetlinkResult[1];
        Converse(request, first: 0, results, acknowledged: 0, opener: -1, message => answer ??= decode(message));
        result = results[0];
        return answer;
    }

    /// <summary>Reads all that one request with NLM_F_DUMP lists.</summary>
    /// <remarks>A listing that something changed meanwhile, or of which a part was lost, is read again.</remarks>
    /// <returns>All that the decoder had a use for, in the kernel's order.</returns>
    /// <exception cref="NetlinkException">The kernel refused it; no answer came in time (ETIMEDOUT); or it was
    /// interrupted again and again (EINTR).</exception>
    internal List<T> Dump<T>(NetlinkBatch request, NetlinkDecoder<T> decode)
        where T : class
    {
        var values = new List<T>();
        for (int attempt = 0; attempt < DumpAttempts; attempt++)
        {
            values.Clear();
            uint sequence = Transmit(request, 0, 1, acknowledged: null);
            if (TryFinishDump(sequence, request.Subject(0), decode, values))
            {
                return values;
            }
        }

        throw NeverWhole(request.Subject(0));
    }

    /// <summary>The same for a listing whose interruptions the kernel does not tell: rules and routes. An entry that
    /// comes or goes between two parts has it leave out another, or list it twice. So it is read until it is the
    /// same twice in a row.</summary>
    /// <exception cref="NetlinkException">As above.</exception>
    internal List<T> DumpSettled<T>(NetlinkBatch request, NetlinkDecoder<T> decode)
        where T : class, IEquatable<T>
    {
        var before = Dump(request, decode);
        for (int attempt = 1; attempt < DumpAttempts; attempt++)
        {
            var now = Dump(request, decode);
            if (now.SequenceEqual(before))
            {
                return now;
            }

            before = now;
        }

        throw NeverWhole(request.Subject(0));
    }

    private static NetlinkException NeverWhole(object subject) =>
        new(LibC.EINTR, $"{subject}", $"it changed while it was read, {DumpAttempts} times");

    /// <returns>False when what was read is not whole.</returns>
    private bool TryFinishDump<T>(uint sequence, object subject, NetlinkDecoder<T> decode, List<T> values)
        where T : class
    {
        bool isWhole = true;
        while (true)
        {
            var datagram = Receive(subject, waits: true, out int errno);
            if (errno == LibC.ENOBUFS)
            {
                // The rest still comes; until it has come the kernel takes no other dump.
                isWhole = false;
                continue;
            }

            while (!datagram.IsEmpty)
            {
                var message = NetlinkMessage.Take(ref datagram);
                if (!IsAnswer(message, sequence, 1))
                {
                    continue;
                }

                isWhole &= (message.Flags & NLM_F_DUMP_INTR) == 0;
                if (message.Type is NLMSG_DONE or NLMSG_ERROR)
                {
                    var end = message.Type == NLMSG_DONE
                        ? NetlinkAcknowledgement.OfDone(message)
                        : NetlinkAcknowledgement.OfError(message);
                    return isWhole && !IsInterruption(end, subject);
                }

                if (message.Type != NLMSG_NOOP && decode(message) is { } value)
                {
                    values.Add(value);
                }
            }
        }
    }

    private static bool IsInterruption(NetlinkAcknowledgement end, object subject)
    {
        bool isInterruption = end.Errno is LibC.EINTR or LibC.EAGAIN;
        if (!isInterruption)
        {
            end.For(subject).ThrowOnError();
        }

        return isInterruption;
    }

    /// <summary>Sends some requests and reads their answers, until that of the acknowledged one.</summary>
    /// <param name="batch">Holds them.</param>
    /// <param name="first">The first one's index.</param>
    /// <param name="results">One for each.</param>
    /// <param name="acknowledged">The index of the one whose answer is the last.</param>
    /// <param name="opener">The index of the one whose error answers for all; -1 for none.</param>
    /// <param name="onMessage">Gets what is not an acknowledgement.</param>
    private void Converse(
        NetlinkBatch batch,
        int first,
        Span<NetlinkResult> results,
        int acknowledged,
        int opener,
        Action<NetlinkMessage>? onMessage = null)
    {
        int count = results.Length;
        uint sequence = Transmit(batch, first, first + count, acknowledged);
        bool isLost = false;
        int last = -1;
        while (last != acknowledged && (opener < 0 || last != opener))
        {
            var datagram = Receive(batch.Subject(acknowledged), waits: !isLost, out int errno);
            if (errno == LibC.EAGAIN)
            {
                break;
            }

            isLost |= errno == LibC.ENOBUFS;
            while (!datagram.IsEmpty)
            {
                var message = NetlinkMessage.Take(ref datagram);
                if (!IsAnswer(message, sequence, count))
                {
                    continue;
                }

                if (message.Type == NLMSG_ERROR)
                {
                    int index = (int)(message.Sequence - sequence);
                    last = first + index;
                    results[index] = NetlinkAcknowledgement.OfError(message).For(batch.Subject(last));
                }
                else
                {
                    onMessage?.Invoke(message);
                }
            }
        }

        Complete(batch, first, results, isLost, refusal: last == opener && opener >= 0 ? results[opener] : null);
    }

    /// <summary>Says of the requests that nothing was said of what that means.</summary>
    private static void Complete(
        NetlinkBatch batch, int first, Span<NetlinkResult> results, bool isLost, NetlinkResult? refusal)
    {
        for (int i = 0; i < results.Length; i++)
        {
            results[i] ??= (refusal, isLost) switch
            {
                ({ } whole, _) => whole with { Subject = batch.Subject(first + i) },
                (_, true) => new NetlinkResult(batch.Subject(first + i), LibC.ENOBUFS, "the answer was lost"),
                _ => new NetlinkResult(batch.Subject(first + i), 0),
            };
        }
    }

    private uint Transmit(NetlinkBatch batch, int first, int end, int? acknowledged)
    {
        uint sequence = _nextSequence;
        _nextSequence = unchecked(_nextSequence + (uint)(end - first));
        var result = _channel.Send(batch.Number(first, end, sequence, acknowledged));
        Hear();
        return result.IsSuccess ? sequence : throw new NetlinkException(result.Errno, $"{batch.Subject(first)}");
    }

    /// <summary>Waits for the next datagram of the kernel. Others send to this socket too: they are passed
    /// over.</summary>
    /// <param name="subject">What is waited for, for errors.</param>
    /// <param name="waits">False to take only what is there.</param>
    /// <param name="errno">0; ENOBUFS when answers were lost; EAGAIN when nothing is there and nothing was waited
    /// for.</param>
    private ReadOnlySpan<byte> Receive(object subject, bool waits, out int errno)
    {
        while (true)
        {
            bool isTooLate = !_hasHeard && Stopwatch.GetElapsedTime(_heardAt) > _patience;
            var received = _channel.Receive(_buffer, waits, out uint sender);
            errno = received.Errno;
            if (waits && (isTooLate || errno == LibC.EAGAIN))
            {
                throw new NetlinkException(LibC.ETIMEDOUT, $"{subject}", "the kernel did not answer");
            }

            _hasHeard = false;
            if (received.IsSuccess && sender == 0)
            {
                return received.Value <= _buffer.Length
                    ? _buffer.AsSpan(0, (int)received.Value)
                    : throw new NetlinkException(
                        LibC.EMSGSIZE, $"{subject}", $"an answer of {received.Value} bytes: {_buffer.Length} fit");
            }

            if (errno is LibC.ENOBUFS or LibC.EAGAIN)
            {
                return default;
            }

            if (errno is not (0 or LibC.EINTR))
            {
                throw new NetlinkException(errno, $"{subject}");
            }
        }
    }

    private bool IsAnswer(NetlinkMessage message, uint firstSequence, int count)
    {
        bool isAnswer = message.PortId == _channel.PortId
            && unchecked(message.Sequence - firstSequence) < (uint)count;
        if (isAnswer)
        {
            Hear();
        }

        return isAnswer;
    }

    private void Hear()
    {
        _heardAt = Stopwatch.GetTimestamp();
        _hasHeard = true;
    }
}
