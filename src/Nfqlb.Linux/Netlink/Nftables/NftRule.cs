using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>A rule: a chain, and steps that run in order until one does not match or decides.</summary>
/// <param name="Chain">The chain's name.</param>
/// <param name="Steps">In order.</param>
internal sealed record NftRule(string Chain, IReadOnlyList<NftExpression> Steps)
{
    /// <summary>The kernel's number of the rule in its table; 0 before it is there.</summary>
    public ulong Handle { get; init; }

    /// <summary>How its packets get to a queue; null when they do not.</summary>
    public QueueKind? Kind => Steps.LastOrDefault() switch
    {
        QueueNatively => QueueKind.Native,
        QueueByTarget => QueueKind.Xtables,
        _ => null,
    };

    /// <summary>Where its packets go; null when not to a queue.</summary>
    public QueueRule? Queue => Steps.LastOrDefault() switch
    {
        QueueNatively queue => queue.Rule,
        QueueByTarget target => target.Rule,
        _ => null,
    };

    /// <summary>It spreads by ports, for which the kernel needs a hash.</summary>
    public bool Hashes => Steps.OfType<HashJenkins>().Any();

    /// <summary>Its counter; null when it has none.</summary>
    public Counter? Counter => Steps.OfType<Counter>().FirstOrDefault();

    /// <summary>The same rule with the queue of another kind.</summary>
    public NftRule As(QueueKind kind) => Queue is { } queue
        ? this with { Steps = [.. Steps.SkipLast(1), Step(queue, kind)] }
        : this;

    /// <summary>Both do the same, whatever the kind of their queues, their handles and their counts.</summary>
    public bool DoesAs(NftRule other) =>
        Chain == other.Chain && As(QueueKind.Native).Steps.SequenceEqual(other.As(QueueKind.Native).Steps);

    /// <summary>Reads the attributes of an NFT_MSG_NEWRULE.</summary>
    /// <returns>The rule's table, and the rule.</returns>
    public static (string Table, NftRule Rule) Read(NetlinkAttributes attributes)
    {
        string table = "", chain = "";
        ulong handle = 0;
        var steps = new List<NftExpression>();
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_RULE_TABLE:
                    table = attributes.Text;
                    break;
                case NFTA_RULE_CHAIN:
                    chain = attributes.Text;
                    break;
                case NFTA_RULE_HANDLE:
                    handle = attributes.UInt64BigEndian;
                    break;
                case NFTA_RULE_EXPRESSIONS:
                    ReadSteps(attributes.Nested, steps);
                    break;
            }
        }

        return (table, new NftRule(chain, steps) { Handle = handle });
    }

    /// <summary>Much as nft writes it.</summary>
    public override string ToString() => $"rule {Chain}: {string.Join(' ', Steps)}";

    private static NftExpression Step(QueueRule queue, QueueKind kind) =>
        kind == QueueKind.Native ? new QueueNatively(queue) : new QueueByTarget(queue);

    private static void ReadSteps(NetlinkAttributes elements, List<NftExpression> steps)
    {
        while (elements.Next())
        {
            steps.Add(NftExpression.Read(elements.Nested));
        }
    }
}
