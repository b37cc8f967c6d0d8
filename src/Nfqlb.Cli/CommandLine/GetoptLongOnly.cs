namespace Nfqlb.Cli.CommandLine;

/// <summary>Reads arguments as getopt_long_only(3) does, on which callers of nfqlb 1.2.0 rely.</summary>
/// <remarks>
/// `--shm=x`, `--shm x`, `-shm=x`, `-shm x`, any unique prefix (`--sh`), options behind other arguments, `--` ends
/// the options, the last of several wins. Complaints begin with the command's name, as getopt's do.
/// </remarks>
internal static class GetoptLongOnly
{
    /// <summary>`-h` is help in every command, though `hash_mode` begins with it too.</summary>
    private const string ShortHelp = "-h";

    /// <summary>Sorts arguments into options and positionals.</summary>
    /// <exception cref="UsageException">Unknown or ambiguous option; a value that is missing or too many.</exception>
    public static Arguments Parse(Command command, ReadOnlySpan<string> arguments)
    {
        var values = new List<TypedOption>();
        var positionals = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == "--")
            {
                positionals.AddRange(arguments[(i + 1)..]);
                break;
            }
            if (!argument.StartsWith('-') || argument == "-")
            {
                positionals.Add(argument);
                continue;
            }
            var (typed, value) = Split(argument);
            var option = argument == ShortHelp ? Command.Help : Find(command, typed);
            if (option.IsSwitch)
            {
                if (value is not null)
                {
                    throw Complaint(command, $"option '{typed}' doesn't allow an argument");
                }
                values.Add(new TypedOption(option.Name, ""));
            }
            else if ((value ?? option.Implied) is { } given)
            {
                values.Add(new TypedOption(option.Name, given));
            }
            else if (++i == arguments.Length)
            {
                throw Complaint(command, $"option '{typed}' requires an argument");
            }
            else
            {
                values.Add(new TypedOption(option.Name, arguments[i]));
            }
        }
        return new Arguments(values, positionals);
    }

    private static (string Typed, string? Value) Split(string argument)
    {
        int equals = argument.IndexOf('=');
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static Option Find(Command command, string typed)
    {
        string name = typed.StartsWith("--", StringComparison.Ordinal) ? typed[2..] : typed[1..];
        Option[] all = [Command.Help, .. command.Options];
        if (Array.Find(all, option => option.Name == name) is { } exact)
        {
            return exact;
        }
        var candidates = all.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal)).ToArray();
        return candidates switch
        {
            [var only] => only,
            [] => throw Complaint(command, $"unrecognized option '{typed}'{Meant(name, all)}"),
            _ => throw Complaint(command, $"option '{typed}' is ambiguous; possibilities:"
                + string.Concat(candidates.Select(option => $" '--{option.Name}'"))),
        };
    }

    private static string Meant(string name, Option[] all) =>
        Suggestion.For($"--{name}", all.Select(option => $"--{option.Name}"));

    private static UsageException Complaint(Command command, string text) =>
        new($"{command.Name}: {PlainText.Visible(text)}");
}
