namespace Nfqlb.Queues;

/// <summary>The number of an NFQUEUE queue: what a firewall rule names and one socket of the namespace binds.</summary>
/// <param name="Value">0 to 65535, host order.</param>
public readonly record struct QueueNumber(ushort Value)
{
    /// <summary>The number alone.</summary>
    public override string ToString() => Value.ToString();
}
