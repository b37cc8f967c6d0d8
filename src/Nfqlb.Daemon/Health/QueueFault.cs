namespace Nfqlb.Daemon.Health;

/// <summary>Why packets do not leave a queue.</summary>
internal enum QueueFault
{
    /// <summary>They do, as far as can be known.</summary>
    None,

    /// <summary>Its socket is of another network namespace: what becomes of packets there cannot be seen.</summary>
    Foreign,

    /// <summary>The kernel does not know it any more, and drops what rules put into it.</summary>
    Unbound,

    /// <summary>Another socket has bound it since this one lost it.</summary>
    Taken,

    /// <summary>Its worker does not run.</summary>
    Unread,

    /// <summary>Packets wait, and none was answered between two looks.</summary>
    Stuck,

    /// <summary>None of the verdicts between two looks was taken.</summary>
    Refused,

    /// <summary>It has dropped packets between each of three looks: more come than are answered.</summary>
    Overrun,
}
