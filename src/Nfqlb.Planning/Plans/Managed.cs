using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>What documents and control commands have asked for until now, finished or not. All else is others', and
/// stays as it is.</summary>
public sealed class Managed
{
    /// <summary>Nothing.</summary>
    public static readonly Managed Nothing = new([]);

    private readonly Dictionary<LinkFeatureKey, bool?> _formers = [];
    private readonly HashSet<string> _flows = [];
    private readonly HashSet<PoolName> _wholePools = [];

    /// <summary>What was asked for last, and what was begun and never finished.</summary>
    public Managed(IReadOnlyList<DesiredState> states)
    {
        States = states;
        foreach (var state in states)
        {
            _flows.UnionWith(state.Flows.Select(flow => flow.Name.Text));
            foreach (var feature in state.Features)
            {
                _formers[feature.Key] = _formers.GetValueOrDefault(feature.Key) ?? feature.Former;
            }
            _wholePools.UnionWith(state.Pools.Where(pool => !pool.IsBorrowed).Select(pool => pool.Name));
        }
    }

    /// <summary>Each as a whole.</summary>
    public IReadOnlyList<DesiredState> States { get; }

    /// <summary>The pools of which more than some slots is managed.</summary>
    public IReadOnlyCollection<PoolName> WholePools => _wholePools;

    /// <summary>All pools of which anything is managed.</summary>
    public IEnumerable<PoolName> Pools =>
        States.SelectMany(state => state.Pools).Select(pool => pool.Name).Distinct();

    /// <summary>All targets, with their pools.</summary>
    public IEnumerable<PooledTarget> Targets => States.SelectMany(state => state.Targets);

    /// <summary>All that links were asked for, each once.</summary>
    public IReadOnlyCollection<LinkFeatureKey> Features => _formers.Keys;

    /// <summary>True for a feature that was asked for.</summary>
    public bool Has(LinkFeatureKey feature) => _formers.ContainsKey(feature);

    /// <summary>True for a feature that was asked to be so.</summary>
    public bool Asks(LinkFeatureKey feature, bool isOn) => States.Any(state =>
        state.Features.Any(one => one.Key == feature && one.IsOn == isOn));

    /// <summary>What a link did before anybody asked; null where that is not known.</summary>
    public bool? FormerOf(LinkFeatureKey feature) => _formers.GetValueOrDefault(feature);

    /// <summary>With what links did before anybody asked: what is known of it, and what they do now of what nobody has
    /// asked for until now.</summary>
    public DesiredState WithFormer(DesiredState desired, ObservedState observed) =>
        desired.Features.IsEmpty ? desired : desired with
    {
        Features =
        [
            .. desired.Features.Select(feature => feature with
            {
                Former = FormerOf(feature.Key) ?? observed.Features.GetValueOrDefault(feature.Key)?.IsActive,
            }),
        ],
    };

    /// <summary>True for the name of a flow that was asked for.</summary>
    public bool Has(FlowName flow) => _flows.Contains(flow.Text);

    /// <summary>True for a pool that is managed as a whole, not only some slots of it.</summary>
    public bool HasWhole(PoolName pool) => _wholePools.Contains(pool);

    /// <summary>The targets of a pool, of each state by itself.</summary>
    public DesiredTarget[][] TargetsOf(PoolName pool) =>
        [.. States.Select(state => state.Pools.FirstOrDefault(one => one.Name == pool)?.Targets.ToArray() ?? [])];
}
