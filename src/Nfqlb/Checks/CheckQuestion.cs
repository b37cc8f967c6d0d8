namespace Nfqlb.Checks;

/// <summary>What a check asks a target, and what answer is right. What its kind has no use for is left as it
/// is.</summary>
/// <param name="Kind">How it asks.</param>
public sealed record CheckQuestion(CheckKind Kind)
{
    /// <summary>The port; 0 for a ping.</summary>
    public ushort Port { get; init; }

    /// <summary>HTTP: what is asked for, from its slash on.</summary>
    public string Path { get; init; } = "/";

    /// <summary>HTTP: the name of the site; null for the address that is asked.</summary>
    public string? Host { get; init; }

    /// <summary>HTTP: the right status codes.</summary>
    public HttpStatuses Statuses { get; init; } = HttpStatuses.Usual;

    /// <summary>HTTP: what must stand somewhere in the body; empty for anything.</summary>
    public string Body { get; init; } = "";

    /// <summary>HTTPS: whether the certificate must be trusted, and be of the right name.</summary>
    public bool Verifies { get; init; } = true;

    /// <summary>HTTPS: the file of the certificates that are trusted, in PEM; null for those of the system.</summary>
    public string? Authority { get; init; }

    /// <summary>UDP: what is sent.</summary>
    public Payload Payload { get; init; } = Payload.Empty;

    /// <summary>UDP: what the answer must begin with; null where no answer is needed.</summary>
    public Payload? Answer { get; init; }

    /// <summary>Exec: what is run; null for other kinds.</summary>
    public CheckCommand? Command { get; init; }

    /// <summary>Exec: the pool of the target, which the command is told.</summary>
    public string Pool { get; init; } = "";

    /// <summary>Exec: the name of the target, which the command is told; where it has none, its slot.</summary>
    public string Target { get; init; } = "";
}
