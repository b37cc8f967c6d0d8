using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Queue;

/// <summary>Where packets come from and verdicts go: the kernel's queue, or a script in a test.</summary>
internal interface IPacketSource
{
    /// <summary>Most packets a <see cref="Receive"/> gives, and verdicts an <see cref="Answer"/> takes.</summary>
    int BatchCapacityPackets { get; }

    /// <summary>Packets whose verdicts were refused so far, as the last receive found: they did not leave.</summary>
    long RefusedPackets { get; }

    /// <summary>Takes packets that wait; sleeps until there is one, or until it is woken.</summary>
    /// <returns>How many were written, perhaps none; their payloads hold until the next call.</returns>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    int Receive(Span<nfqlb_packet> packets);

    /// <summary>The same without the sleep.</summary>
    /// <returns>False when nothing waits.</returns>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    bool TryReceive(Span<nfqlb_packet> packets, out int count);

    /// <summary>From now on packets pass by without a verdict; those that wait still need theirs.</summary>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    void LetPass();

    /// <summary>Gives every packet received its verdict.</summary>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    void Answer(ReadOnlySpan<nfqlb_verdict> verdicts);

    /// <summary>Ends the sleep of a <see cref="Receive"/>, or of the next one. For any thread.</summary>
    /// <exception cref="SystemCallException">The source is of no further use.</exception>
    void Wake();
}
