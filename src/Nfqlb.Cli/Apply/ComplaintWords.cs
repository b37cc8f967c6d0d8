using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>A complaint in the words of a command line: the option in the place of the path.</summary>
/// <param name="wanted">What the complaint is about.</param>
/// <param name="complaint">As for a document.</param>
/// <returns>Null when it is about nothing that was typed.</returns>
internal delegate string? ComplaintWords(DesiredState wanted, Diagnostic complaint);
