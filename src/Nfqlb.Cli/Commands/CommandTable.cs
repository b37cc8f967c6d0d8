using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTable
{
    /// <summary>In the order of the usage.</summary>
    private static readonly Command[] All =
    [
        new ActivateCommand(),
        new DeactivateCommand(),
        new VersionCommand(),
        new FlowSetCommand(),
        new FlowDeleteCommand(),
        new FlowListCommand(),
        new FlowListNamesCommand(),
        new TraceCommand(),
        new CaptureCommand(),
        new LogLevelCommand(),
        new TraceFlowSetCommand(),
        new TraceFlowDeleteCommand(),
        new TraceFlowListCommand(),
        new TraceFlowListNamesCommand(),
        new CountersCommand(),
        new TopCommand(),
        new StatsCommand(),
        new FlowLbCommand(),
        new LbCommand(),
        new FwmarkCommand(),
        new InitCommand(),
        new DeleteCommand(),
        new ShowCommand(),
        new PrimeBelowCommand(),
        new SimulateCommand(),
        new TargetSetCommand(),
        new TargetDeleteCommand(),
        new TargetListCommand(),
        new VipSetCommand(),
        new VipDeleteCommand(),
        new VipListCommand(),
        new QueueLayoutCommand(),
        new ApplyCommand(),
        new ExportCommand(),
        new ResetCommand(),
        new StatusCommand(),
        new WhyCommand(),
    ];

    /// <summary>Runs the command that was typed.</summary>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">What was typed cannot be done.</exception>
    public static int Invoke(string[] typed)
    {
        if (typed is [] or ["-h" or "--help", ..])
        {
            Output.Answer.WriteLine("Usage: nfqlb <command> [opt...]\nCommands:\n  "
                + string.Join("\n  ", All.Select(command => command.Name)));
            return ExitCode.Fine;
        }
        return Array.Find(All, known => known.Name == typed[0]) is { } command
            ? command.Invoke(typed.AsSpan(1))
            : throw new UsageException($"Unknown command [{PlainText.Visible(typed[0])}]");
    }
}
