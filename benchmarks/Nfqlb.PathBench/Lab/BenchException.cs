namespace Nfqlb.PathBench.Lab;

/// <summary>The benchmark cannot go on.</summary>
/// <param name="message">Why, for the user.</param>
internal sealed class BenchException(string message) : Exception(message);
