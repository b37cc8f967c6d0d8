using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>All commands, in the order of the usage.</summary>
internal static class CommandTable
{
    public static readonly Command[] All =
    [
        new ActivateCommand(),
        new DeactivateCommand(),
        new VersionCommand(),
        new FlowSetCommand(),
        new FlowDeleteCommand(),
        new FlowListCommand(),
        new FlowListNamesCommand(),
        new FlowLbCommand(),
        new FwmarkCommand(),
        new InitCommand(),
        new DeleteCommand(),
        new ShowCommand(),
        new PrimeBelowCommand(),
    ];
}
