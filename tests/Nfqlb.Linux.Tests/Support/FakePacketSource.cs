using System.Runtime.CompilerServices;
using Nfqlb.Linux.Queue;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Support;

/// <summary>A queue that holds a number of packets, all alike, and records the verdicts it is given.</summary>
/// <remarks>When it has no more it behaves like the kernel and sleeps, or, told so, stops the loop.</remarks>
internal sealed unsafe class FakePacketSource : IPacketSource
{
    public const int OriginalLengthBytes = 9000;

    /// <summary>UDP over IPv4, 64 bytes, from 10.0.0.1 port 1 to 10.0.0.2 port 2.</summary>
    private static readonly byte[] Udp =
        [0x45, 0, 0, 64, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 44, 0, 0];

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

    /// <summary>As many verdicts are refused.</summary>
    public long RefusedPackets { get; set; }

    /// <summary>What to do instead of sleeping; null to sleep.</summary>
    public Action? WhenEmpty { get; set; }

    /// <summary>Run before each batch: how a test makes the loop's thread allocate.</summary>
    public Action? BeforeBatch { get; init; }

    /// <summary>Thrown by the next answer.</summary>
    public Exception? AnswerFailure { get; init; }

    /// <summary>The packets can be parsed; else they are dropped for being nothing.</summary>
    public bool HoldsUdp
    {
        init => Udp.CopyTo(_payload, 0);
    }

    /// <summary>The mark that a packet comes with, by its id.</summary>
    public Func<uint, uint> MarkOf { get; init; } = _ => 0;

    /// <summary>Which packets are super-packets, by their ids.</summary>
    public Func<uint, bool> IsSuperPacket { get; init; } = _ => false;

    /// <summary>The verdicts in their order.</summary>
    public List<nfqlb_verdict>? Verdicts { get; init; }

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
            packet.mark = MarkOf(packet.id);
            packet.is_gso = (ushort)(IsSuperPacket(packet.id) ? 1 : 0);
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
            Verdicts?.Add(verdict);
        }

        Batches++;
        LargestBatch = Math.Max(LargestBatch, verdicts.Length);
    }

    public void Wake() => _woken.Set();
}
