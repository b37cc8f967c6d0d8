using Nfqlb.Control;

namespace Nfqlb.Daemon.Settings;

/// <summary>What is around a balancer whose flows clients set.</summary>
public sealed record ServiceSettings
{
    /// <summary>Where it listens for requests.</summary>
    public required ControlAddress Control { get; init; }

    /// <summary>Whose balancer may hand over to this one.</summary>
    public required ControlTrust Trust { get; init; }

    /// <summary>The directory in which flows are kept; null for none.</summary>
    public string? Journal { get; init; }

    /// <summary>It goes on with what a balancer has that runs already.</summary>
    public bool Handover { get; init; }

    /// <summary>What it keeps this host like; null where that is left to commands.</summary>
    public FollowSettings? Follow { get; init; }

    /// <summary>Where it can be watched over HTTP; null for nowhere.</summary>
    public HttpAddress? Http { get; init; }
}
