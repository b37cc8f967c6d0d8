using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Manual;

/// <summary>Completion for bash. Where it knows nothing, bash offers files.</summary>
internal static class BashCompletion
{
    /// <summary>To be sourced.</summary>
    public static string Of(IReadOnlyList<Command> commands)
    {
        var text = new StringBuilder($$"""
            # Completion of nfqlb for bash, made by `nfqlb completion bash`.
            _nfqlb()
            {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
                local options= option= words=
                if ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W "{{Names(commands)}} --help --version" -- "$word"))
                    return
                fi
                case $command in

            """);
        foreach (var command in commands)
        {
            string options = string.Join(' ', command.Options.Append(Command.Help).Select(option => option.Typed));
            text.Append($"        {command.Name}) options=\"{options}\" ;;\n");
        }
        text.Append("""
                esac
                # An equals sign is a word of its own here.
                if [[ $word == = ]]; then
                    option=$before word=
                elif [[ $before == = ]]; then
                    option=${COMP_WORDS[COMP_CWORD-2]}
                elif [[ " $options " == *" $before= "* ]]; then
                    option=$before
                elif [[ $word == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$word"))
                    [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2>/dev/null
                    return
                fi
                case $command:$option in

            """);
        foreach (var (words, places) in Places(commands))
        {
            text.Append($"        {string.Join('|', places)})\n            words=\"{words}\" ;;\n");
        }
        return text.Append("""
                esac
                COMPREPLY=($(compgen -W "$words" -- "$word"))
            }
            complete -o default -F _nfqlb nfqlb

            """).ToString();
    }

    private static string Names(IEnumerable<Command> commands) =>
        string.Join(' ', commands.Select(command => command.Name));

    /// <summary>What is offered, and where: `command:--option`, and `command:` for its arguments.</summary>
    private static Dictionary<string, List<string>> Places(IReadOnlyList<Command> commands)
    {
        var places = new Dictionary<string, List<string>>();
        void Add(string place, ValueSet values)
        {
            string listed = ValueWords.ListedBy(values.Kind);
            string words = listed.Length > 0 ? $"$({listed})" : ValueWords.Known(values, commands);
            if (words.Length > 0)
            {
                places.TryAdd(words, []);
                places[words].Add(place);
            }
        }
        foreach (var command in commands)
        {
            foreach (var option in command.Options)
            {
                Add($"{command.Name}:--{option.Name}", option.Values);
            }
            Add($"{command.Name}:", command.Positionals);
        }
        return places;
    }
}
