using System.Diagnostics;
using Nfqlb.Cli.Commands;
using Nfqlb.Cli.Manual;

namespace Nfqlb.Cli.Tests.Manual;

/// <summary>What bash offers, as bash says it.</summary>
public class BashCompletionTests
{
    private static readonly string Script = BashCompletion.Of([.. CommandTable.All]);

    [Theory]
    [InlineData("st", "status stats")]
    [InlineData("flow-list", "flow-list flow-list-names")]
    [InlineData("show --o", "--output=")]
    [InlineData("show --output=", "text wide json yaml")]
    [InlineData("show --output w", "wide")]
    [InlineData("show --shm lb-1 --output=j", "json")]
    [InlineData("vip-set --vips=10.0.0.1 --spread=", "ports addresses")]
    [InlineData("flow-set --sym", "--symmetric")]
    [InlineData("flow-set --symmetric --na", "--name=")]
    [InlineData("help why", "why")]
    [InlineData("completion ", "bash zsh fish")]
    [InlineData("queue-layout --dev=l", "lo")]
    [InlineData("flowlb --mtu=", "")]
    [InlineData("bogus --", "")]
    public void Offers_commands_options_and_values(string line, string offered) =>
        Assert.Equal(offered, Complete(line));

    /// <summary>The words of a line as bash has them: an equals sign stands alone, and the last word is the one that is
    /// completed.</summary>
    private static string Complete(string line)
    {
        string words = string.Join(' ', $"nfqlb {line}".Replace("=", " = ").Split(' ')
            .Where((word, i) => word.Length > 0 || (i > 0 && line.EndsWith(' '))).Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("bash", ["--norc", "--noprofile", "-uc", $"""
            {Script}
            COMP_WORDS=({words})
            COMP_CWORD=$((${"{#COMP_WORDS[@]}"} - 1))
            _nfqlb
            echo "${"{COMPREPLY[*]-}"}"
            """])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bash = Process.Start(start)!;
        string complaint = bash.StandardError.ReadToEnd();
        Assert.Equal("", complaint);
        return bash.StandardOutput.ReadToEnd().TrimEnd('\n');
    }
}
