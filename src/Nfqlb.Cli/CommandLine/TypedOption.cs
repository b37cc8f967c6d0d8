namespace Nfqlb.Cli.CommandLine;

/// <summary>An option as it was typed.</summary>
/// <param name="Name">The option's name in full.</param>
/// <param name="Value">Empty for a switch.</param>
internal sealed record TypedOption(string Name, string Value);
