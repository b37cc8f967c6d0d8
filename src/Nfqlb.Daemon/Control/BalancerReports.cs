using Nfqlb.Control;
using Nfqlb.Daemon.Checks;
using Nfqlb.Daemon.FastPath;
using Nfqlb.Daemon.Health;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Control;

/// <summary>What a balancer tells of itself when it is asked.</summary>
/// <param name="Counters">What became of the packets.</param>
/// <param name="Health">Whether it does its work.</param>
/// <param name="Settings">How it was started.</param>
internal sealed record BalancerReports(CounterListing Counters, HealthWatch Health, SettingsListing Settings)
{
    /// <summary>Decides packets in the kernel where that is asked for; null where nobody can.</summary>
    public FastPathService? FastPath { get; init; }

    /// <summary>How far the files that it follows are in force; null where it follows none.</summary>
    public Func<ConfigurationState>? Configuration { get; init; }

    /// <summary>What checks of targets have found; null where it checks none.</summary>
    public Func<CheckSnapshot>? Checks { get; init; }
}
