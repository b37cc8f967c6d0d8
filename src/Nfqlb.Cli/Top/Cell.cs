namespace Nfqlb.Cli.Top;

/// <summary>A cell of the screen.</summary>
/// <param name="Text">Printable ASCII, as all names of flows and pools are, or a bar.</param>
/// <param name="IsAlarm">True for what should not be, such as packets that are being lost.</param>
internal readonly record struct Cell(string Text, bool IsAlarm = false)
{
    public static implicit operator Cell(string text) => new(text);
}
