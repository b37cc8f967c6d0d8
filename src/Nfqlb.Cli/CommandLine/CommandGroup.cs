namespace Nfqlb.Cli.CommandLine;

/// <summary>Commands that are about the same thing.</summary>
/// <param name="Title">What they are about.</param>
/// <param name="Commands">In the order of the help.</param>
internal sealed record CommandGroup(string Title, params Command[] Commands);
