
namespace Nfqlb.Daemon.Health;

/// <summary>Looks at something from time to time; see <see cref="WatchRound"/>.</summary>
internal interface IWatch
{
    /// <summary>About how often: a multiple of the shortest period in its round.</summary>
    TimeSpan Period { get; }

    /// <summary>Looks. The others of its round wait meanwhile.</summary>
    void Look();
}
