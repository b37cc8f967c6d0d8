namespace Nfqlb.Planning.Plans;

/// <summary>What the comparisons of single kinds find, until it is a plan.</summary>
internal sealed class PlanDraft
{
    private readonly List<Change> _changes = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _refusals = [];

    public IReadOnlyList<Change> Changes => _changes;

    public IReadOnlyList<string> Warnings => _warnings;

    public IReadOnlyList<string> Refusals => _refusals;

    public void Add(Change change) => _changes.Add(change);

    public void AddAll(IEnumerable<Change> changes) => _changes.AddRange(changes);

    /// <summary>Of what is desired and has to wait.</summary>
    public void Warn(string words) => _warnings.Add(words);

    /// <summary>Of what cannot be.</summary>
    public void Refuse(string words) => _refusals.Add(words);
}
