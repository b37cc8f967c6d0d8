using System.Diagnostics;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Cli.Manual;
using Nfqlb.TestRun;

namespace Nfqlb.Cli.Tests.Manual;

/// <summary>The programs that read what is made of the command table take it without a complaint.</summary>
/// <remarks>They are packages that come with those of tests as root.</remarks>
public class ManualTests
{
    private static readonly Command[] Commands = [.. CommandTable.All];

    [KernelFact]
    public void Groff_sets_the_manual_page_with_every_command_and_option()
    {
        string page = Run("groff", ["-man", "-Tascii", "-ww", "-P-cbou"], ManualPage.Of(CommandTable.Groups, "9.9.9"));

        Assert.Contains("nfqlb - stateless load balancer on NFQUEUE", page);
        Assert.All(Commands, command => Assert.Contains($"nfqlb {command.Synopsis.First()}", page));
        Assert.All(Commands.SelectMany(command => command.Options), option => Assert.Contains(option.Typed, page));
        Assert.All(
            Commands.SelectMany(command => command.Examples), example => Assert.Contains(example, page));
        Assert.DoesNotContain('\\', page);
    }

    [KernelFact]
    public void Zsh_reads_its_completion() =>
        Assert.Equal("", Run("zsh", ["-n", "/dev/stdin"], ZshCompletion.Of(Commands)));

    [KernelTheory]
    [InlineData("nfqlb fwm", "fwmark")]
    [InlineData("nfqlb stat", "stats status")]
    [InlineData("nfqlb show --output=", "--output=json --output=text --output=wide --output=yaml")]
    [InlineData("nfqlb completion ", "bash fish zsh")]
    public void Fish_offers_commands_options_and_values(string line, string offered)
    {
        string told = Run("fish", ["--no-config"], $"{FishCompletion.Of(Commands)}\ncomplete -C '{line}'\n");

        // Each with its description, behind a tab.
        Assert.Equal(offered, string.Join(' ', told.TrimEnd('\n').Split('\n').Select(one => one.Split('\t')[0])));
    }

    private static string Run(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var answer = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.Equal("", process.StandardError.ReadToEnd());
        return answer.Result;
    }
}
