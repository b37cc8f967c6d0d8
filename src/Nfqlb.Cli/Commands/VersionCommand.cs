using System.Reflection;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints the version.</summary>
internal sealed class VersionCommand : Command
{
    public override string Name => "version";

    public override string Usage => """
        version
          Print version
        """;

    protected override int Run(Arguments arguments)
    {
        Output.Answer.WriteLine(typeof(VersionCommand).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return ExitCode.Fine;
    }
}
