namespace Nfqlb.Daemon.Control;

/// <summary>What became of a request at the control socket.</summary>
internal enum ControlOutcome
{
    /// <summary>It was carried out.</summary>
    Done,

    /// <summary>It could not be: a bad value, an unknown action, a pool that is not there.</summary>
    Refused,

    /// <summary>The client may only look.</summary>
    Denied,
}
