using System.Globalization;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>A word of the source that was brought about.</summary>
/// <param name="Done">What was done to the host.</param>
/// <param name="Took">How long it took.</param>
/// <param name="News">What is new beside that, in a few words each.</param>
internal sealed record Carried(Reconciliation Done, TimeSpan Took, IReadOnlyList<string> News)
{
    private const int MostNamed = 5;

    /// <summary>As it is told.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="source">The name of the source.</param>
    /// <param name="by">Who has asked for it.</param>
    public FollowNotice Told(string what, string source, string by)
    {
        string host = Done.Changes.Count == 0 ? "nothing to do on the host" : ChangeText.Summary(Done.Changes);
        string more = News.Count > MostNamed ? $"; and {News.Count - MostNamed} more" : "";
        string news = string.Concat(News.Take(MostNamed).Select(one => $"; {one}")) + more;
        return new FollowNotice(
            what, source,
            string.Create(CultureInfo.InvariantCulture, $"{host}{news}, {Took.TotalMilliseconds:0} ms"))
        {
            By = by,
            Done = [.. Done.Changes.Select(Patience.WordsOf), .. News.Select(one => $"~ {one}")],
        };
    }
}
