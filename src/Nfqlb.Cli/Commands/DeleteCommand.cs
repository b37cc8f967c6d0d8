using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Commands;

/// <summary>Takes a pool away; one that is not there is fine.</summary>
internal sealed class DeleteCommand : Command
{
    private static readonly Option Shm =
        new("shm", "Target shared memory") { IsRequired = true, Values = ValueSet.Pools };

    public override string Name => "delete";

    public override string Usage => """
        delete [options]
          Delete a pool
        """;

    public override string[] Examples => ["nfqlb delete --shm=web"];

    public override Option[] Options => [Shm];

    protected override int Run(Arguments arguments)
    {
        PoolDirectory.Delete(arguments.Pool(Shm, ""));
        return ExitCode.Fine;
    }
}
