using Nfqlb.Cli.CommandLine;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the table size that a wish for one comes to.</summary>
internal sealed class PrimeBelowCommand : Command
{
    public override string Name => "primebelow";

    public override string Usage => """
        primebelow <n>
          Give the greatest prime that is not above the number
        """;

    public override string[] Examples => ["nfqlb primebelow 10000"];

    protected override int MostPositionals => 1;

    protected override int Run(Arguments arguments)
    {
        if (arguments.Positionals is not [var text, ..])
        {
            throw new UsageException($"{Name}: a number is missing");
        }
        Output.Answer.WriteLine(Prime.AtOrBelow(Arguments.ParseNumber("number", text, 2, int.MaxValue)));
        return ExitCode.Fine;
    }
}
