using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Manual;

namespace Nfqlb.Cli.Commands;

/// <summary>Prints what a shell has to know to complete this program's commands and options.</summary>
internal sealed class CompletionCommand : Command
{
    public override string Name => "completion";

    public override string Usage => """
        completion bash|zsh|fish
          Write what a shell needs to complete commands, options and values
        """;

    public override string[] Examples =>
    [
        "source <(nfqlb completion bash)",
        "nfqlb completion bash > /etc/bash_completion.d/nfqlb",
        "nfqlb completion zsh > /usr/local/share/zsh/site-functions/_nfqlb",
        "nfqlb completion fish > ~/.config/fish/completions/nfqlb.fish",
    ];

    public override ValueSet Positionals => ValueSet.Of("bash", "zsh", "fish");

    protected override int MostPositionals => 1;

    protected override int Run(Arguments arguments)
    {
        Command[] commands = [.. CommandTable.All];
        Output.Answer.Write(arguments.Positionals switch
        {
            ["bash"] => BashCompletion.Of(commands),
            ["zsh"] => ZshCompletion.Of(commands),
            ["fish"] => FishCompletion.Of(commands),
            [] => throw new UsageException($"{Name}: a shell is missing: bash, zsh or fish"),
            [var other, ..] => throw UsageException.BadValue("shell", other, "must be bash, zsh or fish"),
        });
        return ExitCode.Fine;
    }
}
