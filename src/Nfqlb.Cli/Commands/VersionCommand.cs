using System.Reflection;
using Nfqlb.Cli.CommandLine;

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

    /// <summary>The version of this program.</summary>
    internal static string ProductVersion { get; } = typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    protected override int Run(Arguments arguments)
    {
        Output.Answer.WriteLine(ProductVersion);
        return ExitCode.Fine;
    }
}
