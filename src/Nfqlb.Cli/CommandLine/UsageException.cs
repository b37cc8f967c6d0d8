namespace Nfqlb.Cli.CommandLine;

/// <summary>What was typed cannot be done. Nothing was changed.</summary>
/// <param name="message">For stderr; a line each.</param>
/// <param name="cause">What failed, where something did.</param>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>A bad value of an option or argument, in the words all commands use.</summary>
    public static UsageException BadValue(string name, string value, string reason) =>
        new($"Invalid {name} [{PlainText.Visible(value)}]: {reason}");
}
