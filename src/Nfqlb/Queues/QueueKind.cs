namespace Nfqlb.Queues;

/// <summary>How a rule hands packets to a queue; the packets see no difference.</summary>
public enum QueueKind
{
    /// <summary>The `queue` statement of nf_tables.</summary>
    Native,

    /// <summary>The NFQUEUE target of iptables in an nf_tables rule, for kernels without CONFIG_NFT_QUEUE.</summary>
    Xtables,
}
