namespace Nfqlb.Cli.CommandLine;

/// <summary>What the value of an option or an argument may be.</summary>
/// <param name="Kind">Where the values are to be found.</param>
/// <param name="Words">All of them, where they are known beforehand.</param>
internal sealed record ValueSet(ValueKind Kind, params string[] Words)
{
    /// <summary>Whatever somebody types.</summary>
    public static readonly ValueSet Any = new(ValueKind.Any);

    /// <summary>A file.</summary>
    public static readonly ValueSet Files = new(ValueKind.File);

    /// <summary>A directory.</summary>
    public static readonly ValueSet Directories = new(ValueKind.Directory);

    /// <summary>A network link.</summary>
    public static readonly ValueSet Links = new(ValueKind.Link);

    /// <summary>A pool.</summary>
    public static readonly ValueSet Pools = new(ValueKind.Pool);

    /// <summary>A flow of the running balancer.</summary>
    public static readonly ValueSet Flows = new(ValueKind.Flow);

    /// <summary>A command of this program.</summary>
    public static readonly ValueSet Commands = new(ValueKind.Command);

    /// <summary>One of these, and nothing else.</summary>
    public static ValueSet Of(params string[] words) => new(ValueKind.Word, words);
}
