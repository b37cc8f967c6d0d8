namespace Nfqlb.Fragments;

/// <summary>The way by which stored fragments come back to the queue: a tun device.</summary>
public interface IReinjection
{
    /// <summary>Sends a packet once more through the kernel's input. For any thread; does not wait.</summary>
    /// <param name="packet">From the IP header on, whole.</param>
    /// <returns>False when the packet was not taken and is lost.</returns>
    bool TryWrite(ReadOnlySpan<byte> packet);
}
