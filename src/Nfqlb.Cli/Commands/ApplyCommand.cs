using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Commands;

/// <summary>Makes kernel, pools and balancer match a file.</summary>
internal sealed class ApplyCommand : Command
{
    private static readonly Option FromFile =
        new("file", "What is wanted, YAML or JSON; - for stdin") { IsRequired = true };
    private static readonly Option DryRun =
        new("dry-run", "Show what would be done, and do nothing") { IsSwitch = true };

    public override string Name => "apply";

    public override string Usage => """
        apply -f FILE [--dry-run] [--rules=tree|flat]
          Make pools, targets, flows, VIPs, rules and routes match a file: only differences are carried out.
        """;

    public override Option[] Options => [FromFile, DryRun, RulesOption.Rules];

    protected override int Run(Arguments arguments)
    {
        string path = arguments.Text(FromFile)!;
        bool isDryRun = arguments.Has(DryRun);
        var rules = RulesOption.Read(arguments);

        // Before anybody else has to wait: a pipe may be slow, or never end.
        byte[] bytes = InputFile.Read(path, Document.MostBytes);
        DesiredState Wanted(DesiredState before)
        {
            var document = Read(InputFile.NameOf(path), bytes, before);
            return document with { Rules = rules ?? document.Rules };
        }
        var plan = isDryRun
            ? WantedChange.Preview(Extent.Everything, Wanted)
            : WantedChange.Carry(Extent.Everything, SlotScope.WholePools, Wanted);
        if (isDryRun)
        {
            foreach (string warning in plan.Warnings)
            {
                Output.Complaint.WriteLine(warning);
            }
        }
        foreach (string line in plan.Lines)
        {
            Output.Answer.WriteLine(line);
        }
        if (plan.Steps.Count == 0)
        {
            Output.Answer.WriteLine("Nothing to do");
        }
        return ExitCode.Fine;
    }

    /// <summary>Targets that ask for no slot keep the one they have, also if it was given to them by hand.</summary>
    private static DesiredState Read(string name, byte[] bytes, DesiredState before)
    {
        var present = SlotsInUse.Of(before);
        foreach (var pool in Document.Read(name, bytes, present).Pools)
        {
            int[] marks = PoolTables.Read(pool.Name) ?? [];
            for (int slot = 0; slot < marks.Length; slot++)
            {
                if (marks[slot] >= 0)
                {
                    present.Add(pool.Name, slot, name: null, new FirewallMark(marks[slot]));
                }
            }
        }
        return Document.Read(name, bytes, present);
    }
}
