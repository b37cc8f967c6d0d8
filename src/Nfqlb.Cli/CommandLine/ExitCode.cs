namespace Nfqlb.Cli.CommandLine;

/// <summary>Exit codes: those of nfqlb 1.2.0, and others where it has none.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Fine = 0;

    /// <summary>Something failed on this machine.</summary>
    public const int Failed = 1;

    /// <summary>What was typed cannot be done, and nothing was.</summary>
    public const int BadUsage = 2;

    /// <summary>The balancer does not do its work.</summary>
    public const int Unhealthy = 3;

    /// <summary>A packet gets to no target.</summary>
    public const int DoesNotArrive = 4;

    /// <summary>Something is not as a file asks for.</summary>
    public const int WouldChange = 5;

    /// <summary>The balancer's answer was not OK.</summary>
    public const int Refused = 255;

    /// <summary>All of them, for help and manual page.</summary>
    public static readonly IReadOnlyList<ExitMeaning> All =
    [
        new(Fine, "done; for `status`, `why`, `check` and `apply --dry-run --exit-code`: all is well"),
        new(Failed, "something failed on this host, or a file is wrong; in the commands that 1.2.0 has, bad usage too"),
        new(BadUsage, "bad usage: what was typed cannot be done, and nothing was"),
        new(Unhealthy, "`status`: something is bad"),
        new(DoesNotArrive, "`why`: the packet gets to no target"),
        new(WouldChange, "`apply --dry-run --exit-code`: something would change"),
        new(Refused, "the running balancer refused"),
    ];
}
