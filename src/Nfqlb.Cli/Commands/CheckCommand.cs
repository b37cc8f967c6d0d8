using Nfqlb.Cli.CommandLine;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Commands;

/// <summary>Says whether files are right, without looking at this host.</summary>
internal sealed class CheckCommand : Command
{
    public override string Name => "check";

    public override string Usage => """
        check FILE...
          Say whether files are fit for apply. Needs no balancer, root or network; several are taken together.
        """;

    public override string[] Examples => ["nfqlb check lb.yaml", "nfqlb check base.yaml site.yaml"];

    public override ValueSet Positionals => ValueSet.Files;

    protected override int MostPositionals => int.MaxValue;

    protected override int Run(Arguments arguments)
    {
        if (arguments.Positionals.Count == 0)
        {
            throw new UsageException($"{Name}: a file is missing");
        }
        var state = new DocumentSource(DocumentFiles.Read(arguments.Positionals)).Read(SlotsInUse.None);
        Output.Answer.WriteLine(
            $"{string.Join(", ", arguments.Positionals.Select(InputFile.NameOf))}: fine. "
            + $"Pools: {state.Pools.Length}, targets: {state.Targets.Count()}, flows: {state.Flows.Length}, "
            + $"VIPs: {state.Vips.Length}");
        return ExitCode.Fine;
    }
}
