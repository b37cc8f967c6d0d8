namespace Nfqlb.Daemon.Logging;

/// <summary>How much an event matters, in the numbers of `loglevel`; an event is logged up to the level in force.
/// </summary>
internal enum Severity
{
    /// <summary>Something failed.</summary>
    Error = 3,

    /// <summary>Something is not as it should be.</summary>
    Warning = 4,

    /// <summary>Start, stop, a pool replaced.</summary>
    Notice = 5,

    /// <summary>Flows that were set or deleted, traces that began or ended.</summary>
    Info = 6,

    /// <summary>What changes nothing.</summary>
    Debug = 7,
}
