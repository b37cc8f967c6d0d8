namespace Nfqlb.Cli.CommandLine;

/// <summary>One option of a command: parsing, checks, help, completion and the manual page all come from this row.
/// </summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Help">What the usage says of it.</param>
internal sealed record Option(string Name, string Help)
{
    /// <summary>The command does not run without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Takes no value.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>Its value where it is typed without one; one of its own stands behind a `=` then. Null where it needs
    /// one.</summary>
    public string? Implied { get; init; }

    /// <summary>What is taken where it is not given, for people; null for nothing, or where the help says it.</summary>
    public string? Default { get; init; }

    /// <summary>What its value may be, as far as that can be offered.</summary>
    public ValueSet Values { get; init; } = ValueSet.Any;

    /// <summary>The help, and what is taken where it is not given.</summary>
    public string HelpWithDefault => Default is null ? Help : $"{Help} (default {Default})";

    /// <summary>As it is typed, up to its value.</summary>
    public string Typed => IsSwitch || Implied is not null ? $"--{Name}" : $"--{Name}=";
}
