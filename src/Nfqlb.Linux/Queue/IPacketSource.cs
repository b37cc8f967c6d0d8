using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Queue;

/// <summary>Where packets come from and verdicts go: the kernel's queue, or a script in a test.</summary>
internal interface IPacketSource
{
    /// <summary>Most packets a <see cref="Receive"/> gives, and verdicts an <see cref="Answer"/> takes.</summary>
    int BatchCapacityPackets { get; }

    /// <summary>Takes packets that wait, without blocking.</summary>
    /// <returns>How many were written; their payloads hold until the next call. 0: none waits now.</returns>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    int Receive(Span<nfqlb_packet> packets);

    /// <summary>Gives every packet received its verdict.</summary>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    void Answer(ReadOnlySpan<nfqlb_verdict> verdicts);

    /// <summary>Sleeps until a packet waits or the signal is set.</summary>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    void Wait(StopSignal stop);
}
