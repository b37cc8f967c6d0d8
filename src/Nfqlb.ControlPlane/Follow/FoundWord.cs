using System.Collections.Immutable;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>What is found of the targets that a source does not name itself: whether it is news, and what of it cannot
/// be. Owned by one thread, but for what is shown.</summary>
/// <param name="tell">Is told what happened.</param>
internal sealed class FoundWord(Action<FollowNotice> tell)
{
    private readonly Dictionary<string, string?> _problems = [];
    /// <summary>What nothing leads to, and the words for it.</summary>
    private Dictionary<Address, string> _unreachable = [];

    private FoundPlaces _places = new(FoundTargets.None);
    private FoundTargets? _foundBefore;
    private FoundTargets _found = FoundTargets.None;
    private long _noted;
    private long _brought;
    private long _bringing;

    /// <summary>Finds them; null where nobody does.</summary>
    public IDiscovery? Discovery { get; set; }

    /// <summary>Of each place where they are looked for.</summary>
    public ImmutableArray<SourceState> States => [.. Discovery?.States ?? []];

    /// <summary>What was found and is no target, a line each.</summary>
    public ImmutableArray<string> LeftOut { get; private set; } = [];

    /// <summary>Something else is found than what is in force.</summary>
    public bool IsAnew => Discovery is { } discovery && discovery.Changes != _brought;

    /// <summary>Something was found that nothing leads to; that may change.</summary>
    public bool IsIncomplete => _unreachable.Count > 0;

    /// <summary>Whether something else was found since the last time; tells of what cannot be asked.</summary>
    public bool TakeNews()
    {
        if (Discovery is not { } discovery)
        {
            return false;
        }
        foreach (var state in discovery.States)
        {
            if (_problems.GetValueOrDefault(state.Name) != state.Problem)
            {
                _problems[state.Name] = state.Problem;
                tell(state.Problem is null
                    ? new FollowNotice("targets are followed again", state.Name)
                    : new FollowNotice("targets are not followed", state.Name, state.Problem) { IsWarning = true });
            }
        }
        long changes = discovery.Changes;
        bool isNews = changes != _noted;
        _noted = changes;
        return isNews;
    }

    /// <summary>What is new of what is found, where that is no more than the state, weight or priority of targets that
    /// are there; null where it is anything else.</summary>
    public Restatement? Restated { get; private set; }

    /// <summary>What is found from here on is to be brought about.</summary>
    public void Begin()
    {
        bool wasComplete = !IsIncomplete;
        _unreachable = [];
        _bringing = Discovery?.Changes ?? 0;
        _found = Discovery?.Found ?? FoundTargets.None;
        Restated = wasComplete && _foundBefore is { } before && _found.RestatedSince(before) is { } restated
            ? new Restatement(restated)
            : null;
    }

    /// <summary>Where a document's reader gets them from.</summary>
    /// <param name="last">What the source asked for before.</param>
    public FoundPlaces PlacesAmong(DesiredState last) =>
        _places = new FoundPlaces(_found.KeepingFrom(last, _unreachable.Keys.ToHashSet()));

    /// <summary>Has those wait, out of the way of the others, that were found and that nothing leads to.</summary>
    /// <param name="gateways">The next hops.</param>
    /// <param name="next">What was to be.</param>
    /// <returns>Whether they are more now.</returns>
    public bool TakeOut(IReadOnlySet<Address> gateways, DesiredState next)
    {
        int before = _unreachable.Count;
        foreach (var (pool, target) in next.Targets)
        {
            foreach (var via in target.FoundIn is null ? [] : new[] { target.Via4, target.Via6 })
            {
                if (via is { } address && gateways.Contains(address))
                {
                    _unreachable[address] = $"target [{pool.Name}/{target}] of {target.FoundIn}: nothing leads to "
                        + $"{address.ToPlainString()}";
                }
            }
        }
        return _unreachable.Count > before;
    }

    /// <summary>It is in force: from now on what the document asks for is looked for.</summary>
    public void End()
    {
        (_brought, _foundBefore) = (_bringing, _found);
        string[] leftOut =
        [
            .. _places.LeftOut,
            .. _unreachable.Values.Order(StringComparer.Ordinal).Take(FoundPlaces.MostTold),
        ];
        foreach (string line in leftOut.Except(LeftOut))
        {
            tell(new FollowNotice("a target was found that cannot be one", Reason: line) { IsWarning = true });
        }
        LeftOut = [.. leftOut];
        Discovery?.Follow(_places.Services);
    }
}
