using Nfqlb.Cli.CommandLine;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the table size that a wish for one comes to.</summary>
internal sealed class PrimeBelowCommand : Command
{
    public override string Name => "primebelow";

    public override string Usage => """
        primebelow <n>
          Give a prime below the passed number
        """;

    protected override int MostPositionals => 1;

    protected override int Run(Arguments arguments)
    {
        if (arguments.Positionals is [var text, ..])
        {
            Output.Answer.WriteLine(Prime.AtOrBelow(Arguments.ParseNumber("number", text, 2, int.MaxValue)));
        }
        return ExitCode.Fine;
    }
}
