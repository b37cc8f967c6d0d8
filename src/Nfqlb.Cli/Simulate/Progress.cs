using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Simulate;

/// <summary>A line on stderr that says how far it is, while somebody looks at it and only if it takes long.</summary>
/// <param name="count">How many there will be.</param>
/// <param name="what">Of what.</param>
internal sealed class Progress(long count, string what)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly bool _isSeen = !Console.IsErrorRedirected;
    private DateTime _next = DateTime.UtcNow + Patience;
    private bool _isTold;

    /// <summary>Says so, at most once a second.</summary>
    /// <param name="done">How many there are.</param>
    public void Tell(long done)
    {
        if (!_isSeen || (DateTime.UtcNow < _next && !(_isTold && done == count)))
        {
            return;
        }
        _next = DateTime.UtcNow + Patience;
        _isTold = true;
        Output.Complaint.Write($"\r{100 * done / count} % of {count} {what}{(done == count ? "\n" : "")}");
    }
}
