namespace Nfqlb.ControlPlane.Host;

/// <summary>What became of a change.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Error">What to throw where it is a refusal that counts; null where it is none.</param>
public sealed record Outcome(OutcomeKind Kind, Exception? Error = null)
{
    /// <summary>It was carried out.</summary>
    public static readonly Outcome Done = new(OutcomeKind.Done);

    /// <summary>What comes was there, or what goes was gone.</summary>
    public static readonly Outcome AlreadySo = new(OutcomeKind.AlreadySo);
}
