namespace Nfqlb.Cli.CommandLine;

/// <summary>One option of a command: parsing, checks and help all come from this row.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Help">What the usage says of it.</param>
internal sealed record Option(string Name, string Help)
{
    /// <summary>The command does not run without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Takes no value.</summary>
    public bool IsSwitch { get; init; }
}
