using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTable
{
    /// <summary>Those of nfqlb 1.2.0, in which bad usage ends with 1, as a failure does.</summary>
    private static readonly string[] OfOldVersion =
    [
        "init", "delete", "show", "stats", "primebelow", "activate", "deactivate", "version", "fwmark", "lb", "flowlb",
        "flow-set", "flow-delete", "flow-list", "flow-list-names", "trace", "loglevel", "trace-flow-set",
        "trace-flow-delete", "trace-flow-list", "trace-flow-list-names",
    ];

    /// <summary>In the order of the help.</summary>
    public static readonly IReadOnlyList<CommandGroup> Groups =
    [
        new("The balancer", new ServeCommand(), new FlowLbCommand(), new LbCommand()),
        new(
            "Everything from a file",
            new CheckCommand(), new ApplyCommand(), new ExportCommand(), new ResetCommand()),
        new(
            "Whether it works, and if not, why",
            new StatusCommand(), new WhyCommand(), new TopCommand(), new EventsCommand(), new CountersCommand(),
            new StatsCommand()),
        new(
            "Flows",
            new FlowSetCommand(), new FlowDeleteCommand(), new FlowListCommand(), new FlowListNamesCommand()),
        new(
            "Targets, and how they are reached",
            new TargetSetCommand(), new TargetDeleteCommand(), new TargetListCommand()),
        new(
            "Virtual addresses, and how their packets are queued",
            new VipSetCommand(), new VipDeleteCommand(), new VipListCommand(), new QueueLayoutCommand()),
        new(
            "Pools",
            new InitCommand(), new ActivateCommand(), new DeactivateCommand(), new DeleteCommand(), new ShowCommand(),
            new FwmarkCommand(), new SimulateCommand(), new PrimeBelowCommand()),
        new(
            "Packets and log",
            new TraceCommand(), new CaptureCommand(), new TraceFlowSetCommand(), new TraceFlowDeleteCommand(),
            new TraceFlowListCommand(), new TraceFlowListNamesCommand(), new LogLevelCommand()),
        new(
            "This program",
            new HelpCommand(), new ManCommand(), new CompletionCommand(), new VersionCommand()),
    ];

    /// <summary>In the order of the help.</summary>
    public static IEnumerable<Command> All => Groups.SelectMany(group => group.Commands);

    /// <summary>Runs the command that was typed.</summary>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">What was typed cannot be done.</exception>
    public static int Invoke(string[] typed) => typed switch
    {
        [] or ["-h" or "-help" or "--help", ..] => new HelpCommand().Invoke([]),
        ["--version" or "-version", ..] => new VersionCommand().Invoke([]),
        [var name, ..] => Find(name).Invoke(typed.AsSpan(1)),
    };

    /// <summary>The command of this name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Command Find(string name) => All.FirstOrDefault(command => command.Name == name)
        ?? throw new UsageException($"Unknown command [{PlainText.Visible(name)}]"
            + Suggestion.For(name, All.Select(command => command.Name)));

    /// <summary>The exit code of bad usage.</summary>
    /// <param name="typed">What was typed.</param>
    public static int CodeOfBadUsage(string[] typed) =>
        typed is [var name, ..] && All.Any(command => command.Name == name) && !OfOldVersion.Contains(name)
            ? ExitCode.BadUsage
            : ExitCode.Failed;
}
