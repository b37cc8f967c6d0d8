using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Queue;
using Nfqlb.Planning.Model;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Apply;

/// <summary>The nftables table that hands packets for the virtual addresses to the queues.</summary>
internal static class VipQueues
{
    /// <summary>What is missing, and what is too much: one transaction.</summary>
    public static IEnumerable<Step> Compare(DesiredState wanted)
    {
        var state = StateOf(wanted);
        using var table = VipTable.Open();
        var plan = NftablesPlan.Between(table.Read(), state);
        return plan.IsEmpty ? [] : [new Step(Stage.Vips, [.. plan.Lines], () => Carry(state))];
    }

    /// <summary>What the table shall do; null for no table.</summary>
    private static NftablesState? StateOf(DesiredState wanted)
    {
        var queues = wanted.Queues;
        var range = new QueueRange(new QueueNumber(queues.First), new QueueNumber(queues.Last));
        return wanted.Vips.IsEmpty ? null : new NftablesState(
            VipSet.Of(wanted.Vips.Select(vip => vip.Prefix)),
            new QueueRule(range)
            {
                FanOut = queues.IsByCpu,
                ByPorts = queues.IsByPorts,
                Bypass = queues.IsBypassed,
            },
            queues.IsUntracked);
    }

    /// <summary>Compares once more, as others may have changed the table meanwhile.</summary>
    private static void Carry(NftablesState? state)
    {
        using var table = VipTable.Open();
        table.Change(_ => state);
    }
}
