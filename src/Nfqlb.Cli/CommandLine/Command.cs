namespace Nfqlb.Cli.CommandLine;

/// <summary>A command of the program. Each has a file of its own.</summary>
internal abstract class Command
{
    /// <summary>Every command knows it.</summary>
    public static readonly Option Help = new("help", "") { IsSwitch = true };

    /// <summary>What is typed behind `nfqlb`.</summary>
    public abstract string Name { get; }

    /// <summary>The first lines of its usage.</summary>
    public abstract string Usage { get; }

    /// <summary>Its options, in the order of its usage.</summary>
    public virtual Option[] Options => [];

    /// <summary>How many arguments it takes that are no options.</summary>
    protected virtual int MostPositionals => 0;

    /// <summary>Parses, checks, runs.</summary>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">What was typed cannot be done.</exception>
    public int Invoke(ReadOnlySpan<string> typed)
    {
        var arguments = GetoptLongOnly.Parse(this, typed);
        if (arguments.Has(Help))
        {
            PrintUsage();
            return ExitCode.Fine;
        }
        var missing = Options.Where(option => option.IsRequired && !arguments.Has(option)).ToArray();
        if (missing.Length > 0)
        {
            throw new UsageException(string.Join('\n', missing.Select(option => $"Missing option [--{option.Name}]")));
        }
        if (arguments.Positionals.Count > MostPositionals)
        {
            string unexpected = PlainText.Visible(arguments.Positionals[MostPositionals]);
            throw new UsageException($"{Name}: unexpected argument [{unexpected}]");
        }
        return Run(arguments);
    }

    /// <summary>Does what the command is for.</summary>
    /// <returns>The exit code of the program.</returns>
    protected abstract int Run(Arguments arguments);

    private void PrintUsage()
    {
        Output.Answer.WriteLine(Usage);
        foreach (var option in Options)
        {
            string equals = option.IsSwitch ? "" : "=";
            Output.Answer.WriteLine(
                $"  --{option.Name}{equals} {option.Help} {(option.IsRequired ? "(required)" : "")}");
        }
    }
}
