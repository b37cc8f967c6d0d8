namespace Nfqlb.Cli.CommandLine;

/// <summary>A command of the program. Each has a file of its own.</summary>
internal abstract class Command
{
    /// <summary>Every command knows it.</summary>
    public static readonly Option Help = new("help", "") { IsSwitch = true };

    private const string Indent = "  ";

    /// <summary>What is typed behind `nfqlb`.</summary>
    public abstract string Name { get; }

    /// <summary>The first lines of its help: how it is typed, and below, indented, what it does.</summary>
    public abstract string Usage { get; }

    /// <summary>Command lines that people type, each with what it is for behind a `#` where that does not show.
    /// </summary>
    public abstract string[] Examples { get; }

    /// <summary>Its options, in the order of its usage.</summary>
    public virtual Option[] Options => [];

    /// <summary>What it takes that is no option.</summary>
    public virtual ValueSet Positionals => ValueSet.Any;

    /// <summary>How it is typed, a line each.</summary>
    public IEnumerable<string> Synopsis => Usage.Split('\n').Where(line => !IsDescription(line));

    /// <summary>What it does.</summary>
    public string Description =>
        string.Join(' ', Usage.Split('\n').Where(IsDescription).Select(line => line.Trim()));

    /// <summary>What it does, in one line.</summary>
    public string Summary => Description.Split(". ")[0].TrimEnd('.');

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
            PrintHelp();
            return ExitCode.Fine;
        }
        Check(arguments);
        return Run(arguments);
    }

    /// <summary>Whether all is there that must be, and no more.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    internal void Check(Arguments arguments)
    {
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
    }

    /// <summary>Usage, options and examples. It begins with what 1.2.0 prints of its commands.</summary>
    public void PrintHelp()
    {
        Output.Answer.WriteLine(Usage);
        foreach (var option in Options)
        {
            Output.Answer.WriteLine(
                $"  {option.Typed} {option.HelpWithDefault} {(option.IsRequired ? "(required)" : "")}");
        }
        Output.Answer.WriteLine("Examples:");
        foreach (string example in Examples)
        {
            Output.Answer.WriteLine(Indent + example);
        }
    }

    /// <summary>Does what the command is for.</summary>
    /// <returns>The exit code of the program.</returns>
    protected abstract int Run(Arguments arguments);

    /// <summary>How it is typed may go on in a further line, which is indented more.</summary>
    private static bool IsDescription(string line) => line is [' ', ' ', not ' ', ..];
}
