namespace Nfqlb.Kubernetes.Watch;

/// <summary>How long a watch waits, and for what.</summary>
public sealed record WatchPace
{
    /// <summary>After the first failure; twice as long after each one more.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After many.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A watch that held so long has not failed.</summary>
    public TimeSpan Steady { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A page of a list must be there by then, and the beginning of a watch.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The server is asked to end a watch after so long, so that one that hangs is noticed.</summary>
    public TimeSpan WatchLength { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>It does so no later than this.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Objects on a page of a list.</summary>
    public int PageObjects { get; init; } = 500;
}
