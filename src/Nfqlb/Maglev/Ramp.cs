namespace Nfqlb.Maglev;

/// <summary>How much of its weight a target has: all of it, but for one that starts slowly. Of no value, all.</summary>
public readonly record struct Ramp
{
    /// <summary>A weight is given in so many parts.</summary>
    public const int Parts = 8;

    private readonly byte _missing;

    private Ramp(int parts) => _missing = (byte)(Parts - parts);

    /// <summary>All of it.</summary>
    public static Ramp Whole => default;

    /// <summary>With this a slow start begins.</summary>
    public static Ramp First => Of(1);

    /// <summary>1 to <see cref="Parts"/>.</summary>
    public int Eighths => Parts - _missing;

    /// <summary>0.125 to 1.</summary>
    public double Share => (double)Eighths / Parts;

    /// <summary>It has all of its weight.</summary>
    public bool IsWhole => _missing == 0;

    /// <summary>That of this <see cref="Share"/>.</summary>
    public static Ramp Of(double share) => Of((int)Math.Round(share * Parts));

    /// <summary>So many parts; whatever is less than one is one, and more than all is all.</summary>
    public static Ramp Of(int parts) => new(Math.Clamp(parts, 1, Parts));

    /// <summary>After so many steps, of a part each.</summary>
    public Ramp After(int steps) => Of(Eighths + Math.Min(steps, Parts));

    /// <summary>`3/8`.</summary>
    public override string ToString() => $"{Eighths}/{Parts}";
}
