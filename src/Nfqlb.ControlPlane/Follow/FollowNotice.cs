namespace Nfqlb.ControlPlane.Follow;

/// <summary>Something that whoever runs a host wants to read.</summary>
/// <param name="What">What happened, in a few words that are always the same.</param>
/// <param name="Object">To what; null where that is clear.</param>
/// <param name="Reason">Why; null where there is no reason.</param>
public sealed record FollowNotice(string What, string? Object = null, string? Reason = null)
{
    /// <summary>Something is not as it is asked for.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Who or what has asked for it; null where nobody has.</summary>
    public string? By { get; init; }

    /// <summary>What was done, a line each.</summary>
    public IReadOnlyList<string> Done { get; init; } = [];

    /// <summary>A link that is gone or down, and what is asked of it.</summary>
    public static FollowNotice MissingLink(string words) =>
        new("a link is missing", Reason: words) { IsWarning = true };
}
