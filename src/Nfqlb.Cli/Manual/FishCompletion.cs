using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>Completion for fish.</summary>
internal static class FishCompletion
{
    /// <summary>To be sourced.</summary>
    public static string Of(IReadOnlyList<Command> commands)
    {
        var text = new StringBuilder("""
            # Completion of nfqlb for fish, made by `nfqlb completion fish`.
            complete -c nfqlb -f

            """);
        foreach (var command in commands)
        {
            text.Append("complete -c nfqlb -n __fish_use_subcommand")
                .Append($" -a {command.Name} -d {Quoted(command.Summary)}\n");
        }
        foreach (var command in commands)
        {
            string here = $"complete -c nfqlb -n '__fish_seen_subcommand_from {command.Name}'";
            foreach (var option in command.Options.Append(Command.Help))
            {
                string value = option.IsSwitch ? "" : $" -r{Offer(option.Values, commands)}";
                text.Append($"{here} -l {option.Name}{value} -d {Quoted(option.HelpWithDefault)}\n");
            }
            if (Offer(command.Positionals, commands) is { Length: > 0 } offer)
            {
                text.Append($"{here}{offer}\n");
            }
        }
        return text.ToString();
    }

    private static string Offer(ValueSet values, IReadOnlyList<Command> commands) => values.Kind switch
    {
        ValueKind.Any => "",
        ValueKind.File or ValueKind.Directory => " -F",
        var kind when ValueWords.ListedBy(kind) is { Length: > 0 } listed => $" -f -a {Quoted($"({listed})")}",
        _ => $" -f -a {Quoted(ValueWords.Known(values, commands))}",
    };

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\").Replace("'", "\\'")}'";
}
