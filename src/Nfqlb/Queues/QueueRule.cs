namespace Nfqlb.Queues;

/// <summary>Where packets for the VIPs go.</summary>
public sealed record QueueRule
{
    private const int MostQueues = ushort.MaxValue;

    /// <summary>A rule without flags.</summary>
    /// <exception cref="ArgumentException">The kernel takes at most 65,535 queues in one rule.</exception>
    public QueueRule(QueueRange queues)
    {
        Queues = queues.Count <= MostQueues
            ? queues
            : throw new ArgumentException($"queue range {queues}: a rule holds at most {MostQueues} queues");
    }

    /// <summary>The queues; the kernel picks one by a hash of the packet's addresses.</summary>
    public QueueRange Queues { get; }

    /// <summary>Picks the queue by the CPU that handles the packet instead (`fanout`).</summary>
    public bool FanOut { get; init; }

    /// <summary>Picks the queue by a hash of addresses and ports; of what has no ports, by one of the addresses.
    /// </summary>
    public bool ByPorts { get; init; }

    /// <summary>Packets for a queue that nobody reads go on unbalanced (`bypass`) instead of being dropped.</summary>
    public bool Bypass { get; init; }

    /// <summary>As nft writes it: `queue flags bypass,fanout to 0-3`.</summary>
    public override string ToString()
    {
        string flags = (Bypass, FanOut) switch
        {
            (true, true) => " flags bypass,fanout",
            (true, false) => " flags bypass",
            (false, true) => " flags fanout",
            _ => "",
        };
        string queues = Queues.Count == 1 ? $"{Queues.First}" : $"{Queues.First}-{Queues.Last}";
        return $"queue{flags}{(ByPorts ? " by ports" : "")} to {queues}";
    }
}
