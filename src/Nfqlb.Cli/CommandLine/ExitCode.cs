namespace Nfqlb.Cli.CommandLine;

/// <summary>Exit codes, as nfqlb 1.2.0 has them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Fine = 0;

    /// <summary>Bad usage, or something failed on this machine.</summary>
    public const int Failed = 1;

    /// <summary>The balancer's answer was not OK.</summary>
    public const int Refused = 255;
}
