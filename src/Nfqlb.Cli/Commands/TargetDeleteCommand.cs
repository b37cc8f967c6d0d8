using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes targets away: first their slots, then their rules and routes.</summary>
internal sealed class TargetDeleteCommand : Command
{
    private static readonly Option Shm = PoolOptions.Shm with { IsRequired = true, Default = null };

    public override string Name => "target-delete";

    public override string Usage => """
        target-delete --shm=POOL --name=NAME|--index=# ...
          Take targets out of a pool, with their rules and routes. A missing one is fine.
        """;

    public override string[] Examples => ["nfqlb target-delete --shm=web --name=red"];

    public override Option[] Options => [Shm, TargetOptions.Name, PoolOptions.Index];

    protected override int Run(Arguments arguments)
    {
        var name = arguments.Pool(Shm, PoolOptions.DefaultPool);
        Arguments[] each = [.. arguments.Each(TargetOptions.Name, PoolOptions.Index)];
        if (each.Length == 0)
        {
            throw new UsageException("Missing option [--name] or [--index]");
        }
        ThisHost.Carry(new DesiredChange(Scope.Targets, before =>
            before.Pools.FirstOrDefault(pool => pool.Name == name) is { } pool
                ? before.With(each.Aggregate(pool, Delete))
                : before) { Slots = SlotScope.Differences });
        return ExitCode.Fine;
    }

    private static DesiredPool Delete(DesiredPool pool, Arguments arguments) =>
        pool.Find(arguments.Text(TargetOptions.Name), TargetOptions.Slot(arguments, pool.Size.Slots)) is { } target
            ? pool with { Targets = pool.Targets.Remove(target) }
            : pool;
}
