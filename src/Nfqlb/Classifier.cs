namespace Nfqlb;

/// <summary>Packet in, verdict out: the one place that knows packets, flows and pools together.</summary>
/// <remarks>One instance a worker; not thread-safe by design. Nothing here allocates, locks, logs or throws.</remarks>
public sealed class Classifier
{
    /// <summary>Takes the configuration snapshot that holds for the packets up to the next call.</summary>
    /// <param name="nowNanoseconds">Monotonic time.</param>
    public void StartBatch(long nowNanoseconds)
    {
    }

    /// <summary>Decides one packet.</summary>
    /// <param name="packet">From the first byte of the IP header; may be cut short by the queue's copy range.</param>
    public Verdict Classify(ReadOnlySpan<byte> packet) => Verdict.Drop;
}
