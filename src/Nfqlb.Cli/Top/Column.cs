namespace Nfqlb.Cli.Top;

/// <summary>A column of the screen.</summary>
/// <param name="Heading">Its first line.</param>
/// <param name="Rank">Columns of the highest rank go first when the screen is narrow; the first column stays.</param>
/// <param name="IsNumber">Stands on the right.</param>
internal sealed record Column(string Heading, int Rank, bool IsNumber = true);
