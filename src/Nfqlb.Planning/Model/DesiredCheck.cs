using Nfqlb.Checks;

namespace Nfqlb.Planning.Model;

/// <summary>What is said of the checks of a pool, or of one target of it. Null is nothing: what the pool says holds, or
/// what is usual.</summary>
public sealed record DesiredCheck
{
    /// <summary>From one check to the next, where nothing is said.</summary>
    public static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);

    /// <summary>How many it takes to come back, where nothing is said.</summary>
    public const int UsualRise = 2;

    /// <summary>How many it takes to go out, where nothing is said.</summary>
    public const int UsualFall = 3;

    /// <summary>There are no checks.</summary>
    public bool IsNone { get; init; }

    /// <summary>How it asks.</summary>
    public CheckKind? Kind { get; init; }

    /// <summary>1 to 65,535.</summary>
    public ushort? Port { get; init; }

    /// <summary>Whom it asks.</summary>
    public CheckDestination? To { get; init; }

    /// <summary>From one check to the next.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Until the answer must be there.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>So many passed in a row bring a target back.</summary>
    public int? Rise { get; init; }

    /// <summary>So many not passed in a row take it out.</summary>
    public int? Fall { get; init; }

    /// <summary>Connections of a target that is bad stay with it while tables change.</summary>
    public bool? KeepsWhileBad { get; init; }

    /// <summary>HTTP: what is asked for.</summary>
    public string? Path { get; init; }

    /// <summary>HTTP: the name of the site.</summary>
    public string? Host { get; init; }

    /// <summary>HTTP: what must stand in the body.</summary>
    public string? Body { get; init; }

    /// <summary>HTTP: the right status codes.</summary>
    public HttpStatuses? Statuses { get; init; }

    /// <summary>HTTPS: whether the certificate must be trusted.</summary>
    public bool? Verifies { get; init; }

    /// <summary>HTTPS: the file of the certificates that are trusted, from its slash on.</summary>
    public string? Authority { get; init; }

    /// <summary>UDP: what is sent.</summary>
    public Payload? Payload { get; init; }

    /// <summary>UDP: what the answer must begin with.</summary>
    public Payload? Answer { get; init; }

    /// <summary>Exec: what is run.</summary>
    public CheckCommand? Command { get; init; }

    /// <summary>How often, and how many.</summary>
    public CheckRules Rules => new(Interval ?? UsualInterval, Rise ?? UsualRise, Fall ?? UsualFall);

    /// <summary>Until the answer must be there: half the interval, where nothing is said.</summary>
    public TimeSpan TimeoutOrUsual => Timeout ?? Rules.Interval / 2;

    /// <summary>What this says, and where it says nothing, what the other does.</summary>
    public DesiredCheck Over(DesiredCheck? other) => other is null or { IsNone: true } || IsNone ? this : new()
    {
        Kind = Kind ?? other.Kind,
        Port = Port ?? other.Port,
        To = To ?? other.To,
        Interval = Interval ?? other.Interval,
        Timeout = Timeout ?? other.Timeout,
        Rise = Rise ?? other.Rise,
        Fall = Fall ?? other.Fall,
        KeepsWhileBad = KeepsWhileBad ?? other.KeepsWhileBad,
        Path = Path ?? other.Path,
        Host = Host ?? other.Host,
        Body = Body ?? other.Body,
        Statuses = Statuses ?? other.Statuses,
        Verifies = Verifies ?? other.Verifies,
        Authority = Authority ?? other.Authority,
        Payload = Payload ?? other.Payload,
        Answer = Answer ?? other.Answer,
        Command = Command ?? other.Command,
    };

    /// <summary>What is asked.</summary>
    /// <param name="kind">How.</param>
    /// <param name="port">The port.</param>
    public CheckQuestion Question(CheckKind kind, ushort port) => new(kind)
    {
        Port = port,
        Path = Path ?? "/",
        Host = Host,
        Body = Body ?? "",
        Statuses = Statuses ?? HttpStatuses.Usual,
        Verifies = Verifies ?? true,
        Authority = Authority,
        Payload = Payload ?? Payload.Empty,
        Answer = Answer,
    };
}
