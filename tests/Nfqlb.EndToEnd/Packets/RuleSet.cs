using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>A configuration with a bit of everything, in the model and in the product alike.</summary>
internal static class RuleSet
{
    /// <summary>Targets of a testbed that uses this: eight in pools, two that only get what has no target.</summary>
    public const int TargetCount = 10;

    private const int FirstMark = 5001, NoFlowTarget = 8, NoTargetsTarget = 9;

    /// <summary>Room for the packets of a second in which a busy machine does not let flowlb run.</summary>
    public const string LongQueues = "--qlength=16384";

    public static IReadOnlyList<string> FlowlbOptions { get; } =
    [
        LongQueues, $"--nolb_fwmark={FirstMark + NoFlowTarget}", $"--notargets_fwmark={FirstMark + NoTargetsTarget}",
    ];

    /// <summary>Two pools that share targets, an empty one, and flows that overlap in every way.</summary>
    /// <param name="withMarksForTheRest">False: packets without a flow or a target are dropped.</param>
    public static BalancerModel Model(bool promiscuousPing = false, bool withMarksForTheRest = true)
    {
        var model = new BalancerModel
        {
            PromiscuousPing = promiscuousPing,
            NoFlowMark = withMarksForTheRest ? FirstMark + NoFlowTarget : null,
            NoTargetsMark = withMarksForTheRest ? FirstMark + NoTargetsTarget : null,
            Pools =
            {
                ["few"] = new PoolModel(997, 10).Activate([.. Enumerable.Range(FirstMark, 4)]),
                ["many"] = new PoolModel(10_000, 100).Activate([.. Enumerable.Range(FirstMark + 2, 6)]),
                ["empty"] = new PoolModel(101, 4),
            },
        };
        model.SetFlow(new FlowModel("bulk", "many")
        {
            Priority = 50, Protocols = ["udp"], DestinationPorts = ["1-30000"],
            Sources = ["198.18.0.0/16", "2001:2::/97"],
        });
        model.SetFlow(new FlowModel("mixed", "few") // the same priority as before: the earlier one wins
        {
            Priority = 50, Protocols = ["tcp", "udp"], DestinationPorts = ["20000-40000"],
        });
        model.SetFlow(new FlowModel("web", "few")
        {
            Priority = 100, Protocols = ["tcp"], DestinationPorts = ["80", "443", "8000-12000"],
            Destinations = [$"{Testbed.VirtualAddresses[0]}/32", $"{Testbed.VirtualAddresses[2]}/128"],
        });
        model.SetFlow(new FlowModel("nobody-there", "empty")
        {
            Priority = 10, Protocols = ["udp"], SourcePorts = ["1-40000"], DestinationPorts = ["50000-60000"],
        });
        model.SetFlow(new FlowModel("rest-of-one-net", "many") { Priority = 5, Sources = ["198.19.0.0/16"] });
        model.SetFlow(new FlowModel("rest-of-one-net-6", "many")
        {
            Sources = ["2001:2::8000:0/97"], Destinations = ["2001:db8::/32"], Protocols = ["tcp"],
        });
        return model;
    }

    /// <summary>Tells the product what the model already knows.</summary>
    public static void Configure(Balancer balancer, BalancerModel model)
    {
        CreatePools(balancer, model);
        foreach (FlowModel flow in model.Flows)
        {
            balancer.Nfqlb(flow.SetCommand).MustSucceed();
        }
    }

    /// <summary>Makes the model's pools.</summary>
    public static void CreatePools(Balancer balancer, BalancerModel model)
    {
        foreach ((string name, PoolModel pool) in model.Pools)
        {
            int[] marks = [.. pool.Marks.OfType<int>()];
            balancer.CreatePool(name, pool.Size, pool.Marks.Count, marks);
        }
    }
}
