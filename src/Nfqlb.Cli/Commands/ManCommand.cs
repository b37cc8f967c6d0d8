using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Manual;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the manual page.</summary>
internal sealed class ManCommand : Command
{
    public override string Name => "man";

    public override string Usage => """
        man
          Write the manual page, nfqlb(8), in troff
        """;

    public override string[] Examples =>
        ["nfqlb man | man -l -", "nfqlb man > /usr/local/share/man/man8/nfqlb.8"];

    protected override int Run(Arguments arguments)
    {
        Output.Answer.Write(ManualPage.Of(CommandTable.Groups, ProductVersion.Text));
        return ExitCode.Fine;
    }
}
