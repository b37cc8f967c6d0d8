using Nfqlb.Cli.CommandLine;
using Nfqlb.Control;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the version.</summary>
internal sealed class VersionCommand : Command
{
    public override string Name => "version";

    public override string Usage => """
        version
          Print the version
        """;

    public override string[] Examples => ["nfqlb version", "nfqlb --version"];

    protected override int Run(Arguments arguments)
    {
        Output.Answer.WriteLine(ProductVersion.Text);
        return ExitCode.Fine;
    }
}
