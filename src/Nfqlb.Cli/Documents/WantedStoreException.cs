namespace Nfqlb.Cli.Documents;

/// <summary>What was asked for before cannot be read, or not be kept. Nothing was changed.</summary>
/// <param name="message">One line that names the file.</param>
internal sealed class WantedStoreException(string message) : Exception(message);
