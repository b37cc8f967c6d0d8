using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>Completion for zsh.</summary>
internal static class ZshCompletion
{
    /// <summary>A file `_nfqlb` of its `fpath`.</summary>
    public static string Of(IReadOnlyList<Command> commands)
    {
        var text = new StringBuilder("""
            #compdef nfqlb
            # Completion of nfqlb for zsh, made by `nfqlb completion zsh`.
            _nfqlb() {
              local -a commands=(

            """);
        foreach (var command in commands)
        {
            text.Append($"    '{command.Name}:{Quoted(command.Summary)}'\n");
        }
        text.Append("""
              )
              if (( CURRENT == 2 )); then
                _describe command commands
                return
              fi
              local command=$words[2]
              shift words
              (( CURRENT-- ))
              case $command in

            """);
        foreach (var command in commands)
        {
            text.Append($"    {command.Name})\n      _arguments");
            foreach (var option in command.Options.Append(Command.Help))
            {
                string help = Quoted(option.HelpWithDefault).Replace("[", "\\[").Replace("]", "\\]");
                string value = option.Typed[^1] != '=' ? "" : $":{option.Name}:{Action(option.Values, commands)}";
                text.Append($" \\\n        '*{option.Typed}[{help}]{value}'");
            }
            text.Append($" \\\n        '*:argument:{Action(command.Positionals, commands)}' ;;\n");
        }
        return text.Append("""
              esac
            }
            if [[ $funcstack[1] == _nfqlb ]]; then
              _nfqlb "$@"
            else
              compdef _nfqlb nfqlb
            fi

            """).ToString();
    }

    private static string Action(ValueSet values, IReadOnlyList<Command> commands) => values.Kind switch
    {
        ValueKind.Any => " ",
        ValueKind.File => "_files",
        ValueKind.Directory => "_directories",
        var kind when ValueWords.ListedBy(kind) is { Length: > 0 } listed =>
            $"{{compadd -- $({Quoted(listed)})}}",
        _ => $"({ValueWords.Known(values, commands)})",
    };

    /// <summary>For a text between single quotes.</summary>
    private static string Quoted(string text) => text.Replace("'", "'\\''");
}
