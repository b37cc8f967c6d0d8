using Nfqlb.Cli.Apply;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Observe;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Cli.Commands;

/// <summary>Makes kernel, pools and balancer match a file.</summary>
internal sealed class ApplyCommand : Command
{
    private const string NothingToDo = "Nothing to do";

    private static readonly Option FromFile =
        new("file", "What is asked for, YAML or JSON; - for stdin. Several files are one") { Values = ValueSet.Files };
    private static readonly Option Again =
        new("again", "In place of a file: what files and commands have asked for until now") { IsSwitch = true };
    private static readonly Option DryRun =
        new("dry-run", "Show what would be done, and do nothing") { IsSwitch = true };
    private static readonly Option ExitCodeOption =
        new("exit-code", $"With --dry-run: end with {ExitCode.WouldChange} where something would change")
        {
            IsSwitch = true,
        };
    private static readonly Option Adopt =
        new("adopt", "Take over pools and flows of others that stand where the file puts its own") { IsSwitch = true };

    public override string Name => "apply";

    public override string Usage => """
        apply -f FILE [-f FILE...]|--again [--dry-run [--exit-code]] [--adopt] [--rules=tree|flat]
          Make pools, targets, flows, VIPs, rules, routes and links match a file.
          Only differences are carried out.
        """;

    public override string[] Examples =>
    [
        "nfqlb apply -f lb.yaml --dry-run",
        "nfqlb apply -f lb.yaml",
        "nfqlb apply --again",
        "nfqlb export | sed s/101/201/ | nfqlb apply -f -",
    ];

    public override Option[] Options => [FromFile, Again, DryRun, ExitCodeOption, Adopt, RulesOption.Rules];

    protected override int Run(Arguments arguments)
    {
        bool isDryRun = arguments.Has(DryRun);
        if (arguments.Has(ExitCodeOption) && !isDryRun)
        {
            throw new UsageException($"--{ExitCodeOption.Name} is for --{DryRun.Name}");
        }
        if (arguments.Has(Again) == arguments.Has(FromFile))
        {
            throw new UsageException(arguments.Has(Again)
                ? $"--{Again.Name} is in place of --{FromFile.Name}"
                : $"Missing option [--{FromFile.Name}]");
        }
        var rules = RulesOption.Read(arguments);

        // Before anybody else has to wait: a pipe may be slow, or never end.
        var files = arguments.Has(Again) ? null : DocumentFiles.Read(arguments.Texts(FromFile));
        var digest = files is null ? null : DocumentDigest.Of(files, $"{rules}");
        if (digest is not null && !isDryRun && ThisHost.Reconciler.InForce(digest) is { } inForce)
        {
            Output.Answer.WriteLine(NothingToDo);
            ThisHost.TellOfServed(inForce);
            return ExitCode.Fine;
        }
        var source = files is null ? null : new DocumentSource(files);
        ChangeText text = new();
        var asked = DesiredState.Empty;
        DesiredState Desired(DesiredState before)
        {
            var document = source?.Read(SlotReader.Read(ThisHost.Surroundings.Pools, source, before)) ?? before;
            if (source?.FirstFrom is { } place)
            {
                throw new CommandException($"{place}: targets that are found are for serve, which looks for them");
            }
            asked = document with { Rules = rules ?? document.Rules };
            text = new ChangeText(before, asked);
            return asked;
        }
        var change = new DesiredChange(source is null ? ScopeOfAgain() : Scope.Everything, Desired)
        {
            Adopts = arguments.Has(Adopt),
            Document = source,
            Digest = digest,
        };
        var reconciliation = isDryRun ? ThisHost.Reconciler.Preview(change) : ThisHost.Reconciler.Carry(change);
        Tell(reconciliation, text, isDryRun);
        ThisHost.TellOfServed(asked);
        return arguments.Has(ExitCodeOption) && reconciliation.Plan.Changes.Count > 0
            ? ExitCode.WouldChange
            : ExitCode.Fine;
    }

    /// <summary>What can be put back without a balancer shall not wait for one.</summary>
    private static Scope ScopeOfAgain()
    {
        var asked = StateStore.Look(StoreName.Value);
        if (asked is { Pools.IsEmpty: true, Flows.IsEmpty: true, Vips.IsEmpty: true, Features.IsEmpty: true }
            && !ThisHost.Reconciler.IsUnfinished)
        {
            throw new InvalidStateException("nothing was asked for until now: apply takes a file, -f FILE");
        }
        if (asked.Flows.IsEmpty || ThisHost.Surroundings.Flows.Read() is not null)
        {
            return Scope.Everything;
        }
        Output.Complaint.WriteLine("flows wait: no balancer answers");
        return Scope.WithoutBalancer;
    }

    private static void Tell(Reconciliation reconciliation, ChangeText text, bool isDryRun)
    {
        ThisHost.Tell(reconciliation);
        var changes = reconciliation.Changes;
        foreach (string line in changes.SelectMany(text.Lines))
        {
            Output.Answer.WriteLine(line);
        }
        string waiting = reconciliation.Waiting.Count == 0 ? "" : $"; {reconciliation.Waiting.Count} wait for a link";
        Output.Answer.WriteLine(reconciliation.Plan.Changes.Count == 0
            ? NothingToDo
            : $"{(isDryRun ? "Would make " : "Made ")}{ChangeText.Summary(changes)}{waiting}");
    }
}
