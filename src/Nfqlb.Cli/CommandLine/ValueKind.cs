namespace Nfqlb.Cli.CommandLine;

/// <summary>Where the values of an option are to be found.</summary>
internal enum ValueKind
{
    /// <summary>Nowhere: it may be anything.</summary>
    Any,

    /// <summary>Among a few words.</summary>
    Word,

    /// <summary>Among files.</summary>
    File,

    /// <summary>Among directories.</summary>
    Directory,

    /// <summary>Among the links of this network namespace.</summary>
    Link,

    /// <summary>Among the pools in shared memory.</summary>
    Pool,

    /// <summary>Among the flows of the running balancer.</summary>
    Flow,

    /// <summary>Among the commands of this program.</summary>
    Command,
}
