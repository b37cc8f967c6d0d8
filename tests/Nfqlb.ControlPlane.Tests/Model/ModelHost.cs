using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>A host that is a model, with a store of its own in /dev/shm.</summary>
internal sealed class ModelHost : IClock, IDisposable
{
    public PoolName Store { get; } = new($"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public ModelHost()
    {
        Kernel = new ModelKernel(Fault);
        Pools = new ModelPools(Fault);
        Flows = new ModelFlows(Fault);
    }

    public Fault Fault { get; } = new();

    public ModelKernel Kernel { get; }

    public ModelPools Pools { get; }

    public ModelFlows Flows { get; }

    /// <summary>What was waited for so far.</summary>
    public TimeSpan Waited { get; private set; }

    public Surroundings Surroundings => new(Kernel, Pools, Flows, this)
    {
        BeforeUnqueued = vips => ToldUnqueued.AddRange(vips.Where(vip => Kernel.Vips!.Prefixes.Contains(vip))),
    };

    /// <summary>The addresses of which was told that they will be queued no more, while they were.</summary>
    public List<Cidr> ToldUnqueued { get; } = [];

    public Reconciler Reconciler => new(Surroundings, Store);

    public void Wait(TimeSpan time) => Waited += time;

    public Plan Apply(DesiredState desired, bool adopts = false) =>
        Reconciler.Carry(new DesiredChange(Scope.Everything, _ => desired) { Adopts = adopts }).Plan;

    /// <summary>All there is, others' things among it: equal texts, equal hosts.</summary>
    public string Picture => string.Join('\n', (string[])
    [
        .. Kernel.Features.Values.Select(feature => $"feature {feature.Name} {feature.IsActive}")
            .Order(StringComparer.Ordinal),
        .. Kernel.Routes.Select(route => $"{route}").Order(StringComparer.Ordinal),
        .. Kernel.Rules.Select(rule => $"{rule}").Order(StringComparer.Ordinal),
        .. Pools.Pools.Select(pool => $"pool {pool.Key} {pool.Value.Shape} {pool.Value.Settings} "
                + string.Join(' ', pool.Value.Slots))
            .Order(StringComparer.Ordinal),
        .. (Flows.Read() ?? []).Select(Words),
        Kernel.Vips is { } vips ? $"vips {string.Join(' ', vips.Prefixes)} {vips.Queues}" : "no vips",
    ]);

    public void Dispose()
    {
        foreach (string path in Directory.GetFiles("/dev/shm", Store.Text + "*"))
        {
            File.Delete(path);
        }
    }

    private static string Words(Flow flow) =>
        $"flow {flow.Name} to {flow.Target} priority {flow.Priority} ports {flow.DestinationPorts.Count()} "
        + string.Join(',', flow.DestinationPorts);
}
