namespace Nfqlb.Cli.Top;

/// <summary>A column of the screen.</summary>
/// <param name="Heading">Its first line.</param>
/// <param name="Rank">On a narrow screen the highest rank goes first, of equal ones the last; the first
/// column stays.</param>
/// <param name="IsNumber">Stands on the right.</param>
internal sealed record Column(string Heading, int Rank, bool IsNumber = true);
