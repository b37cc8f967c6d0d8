using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Flows and pools at some time, as the model has them; a change makes another one.</summary>
/// <param name="Flows">By name, beside <see cref="Rest"/>.</param>
/// <param name="Pools">By name, the mark of each slot; null where it is empty.</param>
internal sealed record Setting(
    IReadOnlyDictionary<string, FlowModel> Flows, IReadOnlyDictionary<string, IReadOnlyList<int?>> Pools)
{
    /// <summary>A pool whose slots are activated and emptied by their numbers.</summary>
    public const string Web = "web";

    /// <summary>A pool whose targets come and go with their rules and routes.</summary>
    public const string Alt = "alt";

    public const int WebEntries = 997, WebSlots = 10, AltEntries = 499, AltSlots = 8;

    private const int FirstAltMark = 6001;

    private readonly Dictionary<PacketTuple, int> _targets = [];
    private BalancerModel? _model;

    /// <summary>What no other flow accepts. It is always there, so that every packet has a target.</summary>
    public static FlowModel Rest { get; } = new("rest", Web);

    /// <summary>The mark by which a target is known in <see cref="Alt"/>.</summary>
    public static int AltMark(int target) => FirstAltMark + target;

    public Setting WithFlow(FlowModel flow) =>
        this with { Flows = new Dictionary<string, FlowModel>(Flows) { [flow.Name] = flow } };

    public Setting WithoutFlow(string name)
    {
        var flows = new Dictionary<string, FlowModel>(Flows);
        flows.Remove(name);
        return this with { Flows = flows };
    }

    public Setting WithSlot(string pool, int slot, int? mark)
    {
        int?[] slots = [.. Pools[pool]];
        slots[slot] = mark;
        return this with { Pools = new Dictionary<string, IReadOnlyList<int?>>(Pools) { [pool] = slots } };
    }

    /// <summary>The place of the target that a packet has to reach.</summary>
    /// <param name="webMarks">The marks of the targets in <see cref="Web"/>, in their order.</param>
    public int TargetOf(PacketTuple packet, IReadOnlyList<int> webMarks)
    {
        if (!_targets.TryGetValue(packet, out int target))
        {
            int mark = (_model ??= MakeModel()).MarkOf(packet)
                ?? throw new InvalidOperationException($"the model drops {packet}");
            target = mark >= FirstAltMark ? mark - FirstAltMark : webMarks.ToList().IndexOf(mark);
            _targets.Add(packet, target);
        }
        return target;
    }

    private BalancerModel MakeModel()
    {
        var model = new BalancerModel
        {
            Pools =
            {
                [Web] = ModelOf(Pools[Web], WebEntries, WebSlots),
                [Alt] = ModelOf(Pools[Alt], AltEntries, AltSlots),
            },
        };
        model.SetFlow(Rest);
        foreach (FlowModel flow in Flows.Values)
        {
            model.SetFlow(flow);
        }
        return model;
    }

    private static PoolModel ModelOf(IReadOnlyList<int?> marks, int entries, int slots)
    {
        var pool = new PoolModel(entries, slots);
        foreach ((int slot, int? mark) in marks.Index())
        {
            pool.ActivateAt(slot, mark);
        }
        return pool;
    }

    // A record would share what was computed with the copies that `with` makes, which are other settings.
    private Setting(Setting original)
    {
        (Flows, Pools) = (original.Flows, original.Pools);
        _targets = [];
        _model = null;
    }
}
