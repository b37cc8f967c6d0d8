using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Manual;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints all commands, or the help of one.</summary>
internal sealed class HelpCommand : Command
{
    public override string Name => "help";

    public override string Usage => """
        help [COMMAND]
          Show all commands, or the options and examples of one
        """;

    public override string[] Examples => ["nfqlb help", "nfqlb help apply   # the same as nfqlb apply -h"];

    public override ValueSet Positionals => ValueSet.Commands;

    protected override int MostPositionals => 1;

    protected override int Run(Arguments arguments)
    {
        if (arguments.Positionals is [var name])
        {
            CommandTable.Find(name).PrintHelp();
        }
        else
        {
            Output.Answer.WriteLine(Overview.Of(CommandTable.Groups));
        }
        return ExitCode.Fine;
    }
}
