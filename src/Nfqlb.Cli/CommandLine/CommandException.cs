namespace Nfqlb.Cli.CommandLine;

/// <summary>What was typed was right, but could not be done here and now.</summary>
/// <param name="message">For stderr; a line each.</param>
/// <param name="cause">What failed, where something did.</param>
internal sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);
