using System.Runtime.CompilerServices;
using Nfqlb.Linux.Queue;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A queue that holds a number of packets, all alike, and records the verdicts it is given.</summary>
/// <remarks>When it has no more it behaves like the kernel and sleeps, or, told so, stops the loop.</remarks>
internal sealed unsafe class FakePacketSource : IPacketSource
{
    public const int OriginalLengthBytes = 9000;
    private readonly byte[] _payload = GC.AllocateArray<byte>(64, pinned: true);
    private readonly uint[] _answeredIds;
    private readonly ManualResetEventSlim _woken = new();
    private uint _sent;

    public FakePacketSource(int packets, int batchCapacity = 16)
    {
        BatchCapacityPackets = batchCapacity;
        _answeredIds = new uint[packets];
    }

    public int BatchCapacityPackets { get; }

    /// <summary>What to do instead of sleeping; null to sleep.</summary>
    public Action? WhenEmpty { get; set; }

    /// <summary>Run before each batch: how a test makes the loop's thread allocate.</summary>
    public Action? BeforeBatch { get; init; }

    /// <summary>Thrown by the next answer.</summary>
    public Exception? AnswerFailure { get; init; }

    public ReadOnlySpan<uint> AnsweredIds => _answeredIds.AsSpan(0, Answered);

    public int Answered { get; private set; }

    public int Batches { get; private set; }

    public int LargestBatch { get; private set; }

    public bool LetsPass { get; private set; }

    /// <summary>Set when the loop goes to sleep.</summary>
    public ManualResetEventSlim Sleeping { get; } = new();

    /// <summary>All its packets are to be had once more.</summary>
    public void Refill() => (_sent, Answered) = (0, 0);

    public int Receive(Span<nfqlb_packet> packets)
    {
        int count = (int)Math.Min((uint)packets.Length, (uint)_answeredIds.Length - _sent);
        if (count > 0)
        {
            BeforeBatch?.Invoke();
        }
        else if (WhenEmpty is not null)
        {
            WhenEmpty();
        }
        else
        {
            Sleeping.Set();
            _woken.Wait();
        }

        Hand(packets[..count]);
        return count;
    }

    public bool TryReceive(Span<nfqlb_packet> packets, out int count)
    {
        count = (int)Math.Min((uint)packets.Length, (uint)_answeredIds.Length - _sent);
        Hand(packets[..count]);
        return count > 0;
    }

    public void LetPass() => LetsPass = true;

    private void Hand(Span<nfqlb_packet> packets)
    {
        foreach (ref var packet in packets)
        {
            packet.payload = (byte*)Unsafe.AsPointer(ref _payload[0]);
            packet.payload_length = (uint)_payload.Length;
            packet.original_length = OriginalLengthBytes;
            packet.id = ++_sent;
        }
    }

    public void Answer(ReadOnlySpan<nfqlb_verdict> verdicts)
    {
        if (AnswerFailure is not null)
        {
            throw AnswerFailure;
        }

        foreach (ref readonly var verdict in verdicts)
        {
            _answeredIds[Answered++] = verdict.id;
        }

        Batches++;
        LargestBatch = Math.Max(LargestBatch, verdicts.Length);
    }

    public void Wake() => _woken.Set();
}
