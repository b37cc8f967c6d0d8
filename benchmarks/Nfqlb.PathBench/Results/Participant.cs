namespace Nfqlb.PathBench.Results;

/// <summary>A contender as it is known once everything has been measured.</summary>
/// <param name="Name">In tables.</param>
/// <param name="Description">One line for those who see the name for the first time.</param>
internal sealed record Participant(string Name, string Description);
