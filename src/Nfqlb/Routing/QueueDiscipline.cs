namespace Nfqlb.Routing;

/// <summary>What orders, delays or drops packets at a link: what `tc qdisc` lists.</summary>
/// <param name="Link">The link.</param>
/// <param name="Kind">As tc names it: `fq_codel`, `netem`; `clsact` and `ingress` where others have filters in it.
/// </param>
public sealed record QueueDiscipline(LinkIndex Link, string Kind)
{
    private static readonly string[] Ordinary = ["noqueue", "fq_codel", "pfifo_fast", "mq", "fq"];

    /// <summary>It drops nothing as long as the link keeps up.</summary>
    public bool IsOrdinary => Ordinary.Contains(Kind);
}
