namespace Nfqlb.Checks;

/// <summary>How a target is asked.</summary>
public enum CheckKind
{
    /// <summary>It accepts a connection.</summary>
    Tcp,

    /// <summary>It answers a GET as it should.</summary>
    Http,

    /// <summary>It answers a datagram; or, where no answer is asked for, does not refuse it.</summary>
    Udp,

    /// <summary>It answers a ping.</summary>
    Icmp,

    /// <summary>As <see cref="Http"/>, over TLS.</summary>
    Https,

    /// <summary>A command says that it is good.</summary>
    Exec,

    /// <summary>It takes associations of SCTP.</summary>
    Sctp,
}
