namespace Nfqlb.Maglev;

/// <summary>Names in /dev/shm: what may be one, and which nfqlb has for itself.</summary>
public static class SegmentName
{
    /// <summary>The longest name a file can have, in bytes (NAME_MAX, linux/limits.h).</summary>
    public const int MostBytes = 255;

    /// <summary>Log level and trace mask.</summary>
    public const string Trace = "nfqlb-trace";

    /// <summary>The figures of a fragment table, unless another name was given.</summary>
    public const string Statistics = "ftshm";

    /// <summary>What was asked for, unless <see cref="WantedVariable"/> gives another name.</summary>
    public const string Wanted = "nfqlb-wanted";

    /// <summary>The environment variable that names the wanted state.</summary>
    public const string WantedVariable = "NFQLB_WANTED";

    /// <summary>What is not finished yet has a name that begins so.</summary>
    public const string UnfinishedPrefix = ".nfqlb-";

    /// <summary>Of the files beside the wanted state.</summary>
    private static readonly string[] WantedSuffixes = ["", ".lock", ".new", ".next", ".next.new", ".file", ".file.new"];

    /// <summary>Why a text can be no name; empty when it can: printable ASCII without blanks, quotes, backslashes and
    /// slashes.</summary>
    public static string Complaint(string text) => text switch
    {
        "" => "empty",
        "." or ".." => "not a file name",
        { Length: > MostBytes } => $"longer than {MostBytes} characters",
        _ when text.Contains('/') => "'/' is not allowed",
        _ => PlainText.Complaint(text),
    };

    /// <summary>Why a pool cannot have a name that is one; empty when it can.</summary>
    /// <param name="text">The name.</param>
    /// <param name="wanted">The name of the wanted state.</param>
    public static string ComplaintOfPool(string text, string wanted = Wanted) => text switch
    {
        Trace => "nfqlb keeps its log level there",
        Statistics => "balancers show the state of their fragment tables there",
        _ when text.StartsWith(UnfinishedPrefix, StringComparison.Ordinal) =>
            $"names with {UnfinishedPrefix} are for what is not finished",
        _ when text.StartsWith(wanted, StringComparison.Ordinal) && WantedSuffixes.Contains(text[wanted.Length..]) =>
            "nfqlb keeps what was asked for there",
        _ => "",
    };

    /// <summary>Why the figures of a fragment table cannot have a name that is one; empty when they can.</summary>
    public static string ComplaintOfStatistics(string text) => text == Statistics ? "" : ComplaintOfPool(text);

    /// <summary>Why the wanted state cannot have a name that is one; empty when it can.</summary>
    public static string ComplaintOfWanted(string text) => ComplaintOfPool(text, wanted: "");
}
