using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>A change of what is desired.</summary>
/// <param name="Scope">What it is about.</param>
/// <param name="Desired">Gives what is desired from now on, of what was until now.</param>
public sealed record DesiredChange(Scope Scope, Func<DesiredState, DesiredState> Desired)
{
    /// <summary>Which slots of pools it is about; null for all of the scope.</summary>
    public SlotScope? Slots { get; init; }

    /// <summary>Where no more than targets of pools differs from what was asked for until now, only these pools and the
    /// ways of these targets are looked at and changed.</summary>
    public bool IsOfDifferences { get; init; }

    /// <summary>Pools and flows of others that stand where ours shall become ours.</summary>
    public bool Adopts { get; init; }

    /// <summary>Pools and flows of others go too.</summary>
    public bool TakesForeign { get; init; }

    /// <summary>What the files of a source ask for by themselves, known when <see cref="Desired"/> was asked; kept with
    /// what is desired, so that the next change of the files can be told from it. Null for no source.</summary>
    public Func<DesiredState>? Source { get; init; }

    /// <summary>Of the files that <see cref="Source"/> comes from, where they ask for nothing else whatever there is
    /// besides, so that they need not be read again when they come again. Asked for when <see cref="Source"/> is.
    /// </summary>
    public Func<DocumentDigest?> SourceDigest { get; init; } = () => null;

    /// <summary>Puts a diagnostic into the words of a command line: the option in the place of the path. Null for one
    /// that is about nothing that was typed.</summary>
    public Func<DesiredState, Diagnostic, string?>? Wording { get; init; }

    /// <summary>Where it is written, so that what the host would refuse can be told with its place. Null for no file.
    /// </summary>
    public DocumentSource? Document { get; init; }

    /// <summary>Of that document, where it asks for all that is desired: when it comes again, <see
    /// cref="Reconciler.InForce"/> knows it. Null for no such document.</summary>
    public DocumentDigest? Digest { get; init; }
}
