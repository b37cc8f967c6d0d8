namespace Nfqlb.Linux.Bpf;

/// <summary>Whether a program that was attached still is.</summary>
public enum FastPathStanding
{
    /// <summary>Packets of the link come by.</summary>
    Attached,

    /// <summary>The link is gone, or somebody has taken the program away.</summary>
    Gone,

    /// <summary>Another process has put its own in the place: there is one clsact filter of that kind.</summary>
    Replaced,
}
