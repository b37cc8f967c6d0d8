namespace Nfqlb.PathBench.Results;

/// <summary>How a contender is drawn. Colour, dashes and shape all differ, so that any one of them is enough: for
/// those who see no difference between red and green, and on grey paper.</summary>
/// <param name="Colour">Of the palette of Okabe and Ito, which was made for that.</param>
/// <param name="Dashes">Of the line; empty for a solid one.</param>
/// <param name="Width">Of the line; ours stands out.</param>
/// <param name="Shape">Of a point: an SVG path around 0,0.</param>
internal sealed record LineStyle(string Colour, string Dashes, double Width, string Shape)
{
    private const string Circle = "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z";
    private const string Triangle = "M0-5L5 4H-5z";
    private const string Square = "M-4-4H4V4H-4z";
    private const string Diamond = "M0-5.5L5.5 0L0 5.5L-5.5 0z";
    private const string Cross = "M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5";

    /// <summary>The style of a contender, by its name.</summary>
    public static LineStyle Of(string contender) => contender switch
    {
        RunResult.Ours => new("#0072b2", "", 3, Circle),
        RunResult.Ceiling => new("#009e73", "7 4", 1.8, Triangle),
        RunResult.Floor => new("#d55e00", "2 3", 1.8, Square),
        RunResult.Kernel => new("#777777", "12 4 2 4", 1.8, Diamond),
        RunResult.FastPath => new("#56b4e9", "", 2, Diamond),
        RunResult.Redirect => new("#e69f00", "9 3", 2, Triangle),
        _ => new("#cc79a7", "4 4", 1.8, Cross),
    };

    /// <summary>The attributes of a line.</summary>
    public string Stroke =>
        $"stroke=\"{Colour}\" stroke-width=\"{Width}\""
        + (Dashes.Length == 0 ? "" : $" stroke-dasharray=\"{Dashes}\"");

    /// <summary>A point of this shape.</summary>
    public string PointAt(double x, double y) =>
        $"""<path d="{Shape}" transform="translate({x:F1} {y:F1})" fill="{Colour}" stroke="{Colour}"/>""";
}
