namespace Nfqlb.Linux.Monitor;

/// <summary>What has happened on a host, by what is to be looked at.</summary>
[Flags]
public enum HostChanges
{
    /// <summary>Nothing that matters.</summary>
    None = 0,

    /// <summary>Something in a directory that is watched.</summary>
    Files = 1,

    /// <summary>A link, an address, a rule or a route.</summary>
    Routing = 2,

    /// <summary>The table of virtual addresses.</summary>
    Vips = 4,

    /// <summary>Anything: more has happened than the kernel could tell.</summary>
    Lost = 8,
}
