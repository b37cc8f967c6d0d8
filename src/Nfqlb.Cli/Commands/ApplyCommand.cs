using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Commands;

/// <summary>Makes kernel, pools and balancer match a file.</summary>
internal sealed class ApplyCommand : Command
{
    private static readonly Option FromFile =
        new("file", "What is wanted, YAML or JSON; - for stdin") { IsRequired = true };
    private static readonly Option DryRun =
        new("dry-run", "Show what would be done, and do nothing") { IsSwitch = true };
    private static readonly Option Adopt =
        new("adopt", "Take over pools and flows of others that stand where the file puts its own") { IsSwitch = true };

    public override string Name => "apply";

    public override string Usage => """
        apply -f FILE [--dry-run] [--adopt] [--rules=tree|flat]
          Make pools, targets, flows, VIPs, rules and routes match a file: only differences are carried out.
        """;

    public override Option[] Options => [FromFile, DryRun, Adopt, RulesOption.Rules];

    protected override int Run(Arguments arguments)
    {
        string path = arguments.Text(FromFile)!;
        bool isDryRun = arguments.Has(DryRun);
        var rules = RulesOption.Read(arguments);

        // Before anybody else has to wait: a pipe may be slow, or never end.
        var source = new DocumentSource(InputFile.NameOf(path), InputFile.Read(path, Document.MostBytes));
        DesiredState Desired(DesiredState before)
        {
            var document = Read(source, before);
            return document with { Rules = rules ?? document.Rules };
        }
        var change = new DesiredChange(Scope.Everything, Desired) { Adopts = arguments.Has(Adopt) };
        var reconciliation = isDryRun ? ThisHost.Reconciler.Preview(change) : ThisHost.Reconciler.Carry(change);
        ThisHost.Tell(reconciliation);
        var plan = reconciliation.Plan;
        foreach (string line in plan.Lines)
        {
            Output.Answer.WriteLine(line);
        }
        if (plan.Changes.Count == 0)
        {
            Output.Answer.WriteLine("Nothing to do");
        }
        return ExitCode.Fine;
    }

    /// <summary>Targets that ask for no slot keep the one they have, also if it was given to them by hand.</summary>
    private static DesiredState Read(DocumentSource source, DesiredState before)
    {
        var present = SlotsInUse.Of(before);
        foreach (var name in source.PoolsWithFreeSlots)
        {
            var marks = ThisHost.Surroundings.Pools.Read(name)?.Marks ?? [];
            for (int slot = 0; slot < marks.Length; slot++)
            {
                if (marks[slot] >= 0)
                {
                    present.Add(name, slot, name: null, new FirewallMark(marks[slot]));
                }
            }
        }
        return source.Read(present);
    }
}
