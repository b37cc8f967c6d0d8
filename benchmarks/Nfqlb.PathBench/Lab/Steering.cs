namespace Nfqlb.PathBench.Lab;

/// <summary>Who gets the client's packets. All contenders run at the same time, on queues of their own; changing from
/// one to the next is one rule.</summary>
internal static class Steering
{
    private static IDisposable? _owner;

    /// <summary>Packets wait in these queues for a verdict.</summary>
    public static void ToQueues(QueueSpan queues)
    {
        ToNobody();
        Command.Run(
            "iptables", "-t", "mangle", "-A", "PREROUTING", "-i", Network.FromClient,
            "-j", "NFQUEUE", queues.Count == 1 ? "--queue-num" : "--queue-balance", queues.ToString());
    }

    /// <summary>The kernel marks packets itself, targets taking turns, on the core a balancer would have.</summary>
    /// <remarks>Receive packet steering takes the packets there. Those that leave for the targets must not wait in
    /// the same backlog, which the generator overruns: the targets' end is steered to the generator's core.</remarks>
    /// <param name="targets">How many.</param>
    /// <param name="senders">Where all cores send, each forwards its own; targets are drawn then, as turns would be one
    /// counter for which they fight.</param>
    public static void ToKernel(int targets, int senders)
    {
        ToNobody();
        string choice = senders > 1 ? "random" : "inc";
        Command.Feed(
            $$"""
            table ip bench {
                chain marks {
                    type filter hook prerouting priority mangle;
                    iifname "{{Network.FromClient}}" \
                        meta mark set numgen {{choice}} mod {{targets}} offset {{Network.MarkOf(0)}}
                }
            }

            """,
            "nft", "-f", "-");
        SteerReceipt(senders);
    }

    /// <summary>A program at the ingress decides, on the core a balancer would have.</summary>
    /// <param name="owner">Ends when somebody else gets the packets.</param>
    /// <param name="senders">Where all cores send, each decides its own.</param>
    public static void ToProgram(IDisposable owner, int senders)
    {
        ToNobody();
        _owner = owner;
        SteerReceipt(senders);
    }

    /// <summary>Back to the start.</summary>
    public static void ToNobody()
    {
        var owner = _owner;
        _owner = null;
        owner?.Dispose();
        Command.Run("iptables", "-t", "mangle", "-F", "PREROUTING");
        Command.Feed("table ip bench {}\ndelete table ip bench\n", "nft", "-f", "-");
        Network.SteerReceipt(balancer: "0", targets: "0");
    }

    private static void SteerReceipt(int senders)
    {
        if (senders == 1)
        {
            Network.SteerReceipt($"{1 << Cores.Single:x}", targets: $"{1 << Cores.Generator:x}");
        }
    }
}

/// <summary>Queues that follow each other.</summary>
internal readonly record struct QueueSpan(int First, int Count)
{
    /// <summary>The last one.</summary>
    public int Last => First + Count - 1;

    /// <summary>As nfqlb and iptables write it.</summary>
    public override string ToString() => Count == 1 ? $"{First}" : $"{First}:{Last}";
}
