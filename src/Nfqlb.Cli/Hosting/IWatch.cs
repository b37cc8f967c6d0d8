namespace Nfqlb.Cli.Hosting;

/// <summary>Looks at something from time to time; see <see cref="WatchRound"/>.</summary>
internal interface IWatch
{
    /// <summary>How often: a multiple of <see cref="WatchRound.Beat"/>.</summary>
    TimeSpan Period { get; }

    /// <summary>Looks. Others wait meanwhile, so what takes more than some milliseconds is done elsewhere.</summary>
    void Look();
}
