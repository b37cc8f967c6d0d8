namespace Nfqlb.ControlPlane.Host;

/// <summary>What became of a change, in a word.</summary>
public enum OutcomeKind
{
    /// <summary>It was carried out.</summary>
    Done,

    /// <summary>What comes was there, or what goes was gone: nothing was changed.</summary>
    AlreadySo,

    /// <summary>A route has no link that is up.</summary>
    WithoutLink,

    /// <summary>The answer was lost: it may or may not have been carried out.</summary>
    Unknown,

    /// <summary>It was refused.</summary>
    Refused,
}
