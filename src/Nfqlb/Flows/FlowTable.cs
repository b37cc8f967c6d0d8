using Nfqlb.Maglev;

namespace Nfqlb.Flows;

/// <summary>Where flows are set and deleted, and where workers find the set in force.</summary>
/// <remarks>Changes exclude each other; each publishes a new <see cref="FlowSet"/>, which readers take without a
/// lock.</remarks>
/// <param name="workers">How many workers count packets.</param>
public sealed class FlowTable(int workers)
{
    /// <summary>Of more it is quicker to make the set anew.</summary>
    private const int FewEntries = 64;

    private readonly Lock _changes = new();
    private readonly Dictionary<FlowName, FlowEntry> _byName = [];
    private readonly FlowCounters _counters = new(workers);
    private ulong _definitions;
    private volatile FlowSet _current = FlowSet.Empty;

    /// <summary>How many workers count packets.</summary>
    public int Workers { get; } = workers;

    /// <summary>The set in force.</summary>
    public FlowSet Current => _current;

    /// <summary>Adds a flow, or redefines the one of this name, which keeps its place and its count.</summary>
    /// <param name="flow">The rule.</param>
    /// <param name="pool">Where its packets go; null for a flow that only selects packets, for a trace.</param>
    /// <param name="place">Where it goes among those of its priority; null to stay where it is.</param>
    /// <returns>False when nothing had to be changed.</returns>
    /// <exception cref="FlowException">A flow may not gain, lose or change its UDP encapsulation.</exception>
    public bool Set(Flow flow, TargetPool? pool, FlowPlace? place = null)
    {
        lock (_changes)
        {
            if (!IsChange(flow, pool, place))
            {
                return false;
            }
            var followers = place is null ? [] : EntriesFrom(flow, place);
            var set = _current;
            if (HelperOf(flow) is { } helper)
            {
                set = Define(set, helper, null, isMoved: place is not null);
            }
            set = Define(set, flow, pool, isMoved: place is not null);
            _current = MoveBehind(set, followers);
            return true;
        }
    }

    /// <summary>The flows of its priority that a flow would go before, in their order.</summary>
    public IReadOnlyList<Flow> FlowsFrom(Flow flow, FlowPlace place)
    {
        lock (_changes)
        {
            return [.. EntriesFrom(flow, place).Select(entry => entry.Flow).Where(one => !one.Name.IsHelper)];
        }
    }

    /// <summary>Sets many flows at once, as those that are kept are at start.</summary>
    /// <param name="flows">In the order of their definition, each name once, none of which is set already.</param>
    public void Fill(IReadOnlyList<(Flow Flow, TargetPool? Pool)> flows)
    {
        lock (_changes)
        {
            foreach (var (flow, pool) in flows)
            {
                if (HelperOf(flow) is { } helper)
                {
                    _byName.Add(helper.Name, New(helper, null));
                }
                _byName.Add(flow.Name, New(flow, pool));
            }
            _current = FlowSet.Of(_byName.Values);
        }
    }

    /// <summary>Lays the set in force out anew, so that what look-ups need of many flows stands close together.
    /// </summary>
    /// <remarks>Set one by one they are spread over thousands of pages, and packets wait for memory. Takes some
    /// microseconds a flow, and keeps no change waiting.</remarks>
    /// <returns>False when a change came in between; then nothing was done.</returns>
    public bool Compact()
    {
        var set = _current;
        var compact = set.Compacted();
        lock (_changes)
        {
            if (_current != set)
            {
                return false;
            }
            _current = compact;
            return true;
        }
    }

    /// <summary>Whether <see cref="Set"/> would have to change anything.</summary>
    /// <exception cref="FlowException">It would be refused.</exception>
    public bool IsChange(Flow flow, TargetPool? pool, FlowPlace? place = null)
    {
        lock (_changes)
        {
            if (!_byName.TryGetValue(flow.Name, out var old))
            {
                return true;
            }
            return old.Flow.UdpEncapsulationPort == flow.UdpEncapsulationPort
                ? !old.Flow.IsSameAs(flow) || old.Pool != pool || (place is not null && !IsAt(flow, place))
                : throw new FlowException("FAIL: Alter udpencap not allowed");
        }
    }

    /// <summary>Whether <see cref="Delete"/> would take anything away.</summary>
    public bool Contains(FlowName name)
    {
        lock (_changes)
        {
            return !name.IsHelper && _byName.ContainsKey(name);
        }
    }

    /// <summary>Takes a flow away, with its helper.</summary>
    /// <returns>False when there was none of this name; a helper cannot be named.</returns>
    public bool Delete(FlowName name)
    {
        lock (_changes)
        {
            if (name.IsHelper)
            {
                return false;
            }
            var set = _current;
            foreach (var removed in new[] { name, name.Helper })
            {
                if (_byName.Remove(removed, out var entry))
                {
                    set = set.Without(entry);
                    _counters.GiveBack(entry.Counter);
                }
            }
            bool isChanged = set != _current;
            _current = set;
            return isChanged;
        }
    }

    /// <summary>The pools that flows refer to, each once.</summary>
    public IEnumerable<TargetPool> Pools() =>
        Current.Entries.Select(entry => entry.Pool).OfType<TargetPool>().Distinct();

    /// <summary>Encapsulated SCTP comes as UDP, so a flow of its own must catch it first.</summary>
    private static Flow? HelperOf(Flow flow) => flow.UdpEncapsulationPort is not { } port ? null : new Flow
    {
        Name = flow.Name.Helper,
        Target = flow.Target,
        Priority = flow.Priority,
        Protocols = Protocols.Udp,
        Destinations = flow.Destinations,
        Sources = flow.Sources,
        DestinationPorts = new PortSet([new PortRange(port, port)]),
        UdpEncapsulationPort = port,
    };

    private bool IsAt(Flow flow, FlowPlace place)
    {
        var group = _current.Entries.Where(entry =>
            entry.Flow.Priority == flow.Priority && !entry.Flow.Name.IsHelper).ToList();
        int behind = group.FindIndex(entry => entry.Flow.Name == flow.Name) + 1;
        return behind == group.Count
            ? place.Next is not { } next || group.TrueForAll(entry => entry.Flow.Name != next)
            : group[behind].Flow.Name == place.Next;
    }

    /// <summary>Those of its priority that a flow goes before, with their helpers, in their order.</summary>
    private List<FlowEntry> EntriesFrom(Flow flow, FlowPlace place)
    {
        if (place.Next is not { } next)
        {
            return [];
        }
        return
        [
            .. _current.Entries
                .Where(entry => entry.Flow.Priority == flow.Priority
                    && entry.Flow.Name != flow.Name && entry.Flow.Name != flow.Name.Helper)
                .SkipWhile(entry => entry.Flow.Name != next && entry.Flow.Name != next.Helper),
        ];
    }

    /// <summary>Numbers some entries anew, so that they go behind all others of their priority.</summary>
    private FlowSet MoveBehind(FlowSet set, List<FlowEntry> entries)
    {
        foreach (var entry in entries)
        {
            var moved = entry with { Definition = _definitions++ };
            _byName[entry.Flow.Name] = moved;
            set = entries.Count > FewEntries ? set : set.Without(entry).With(moved);
        }
        return entries.Count > FewEntries ? FlowSet.Of(_byName.Values) : set;
    }

    private FlowSet Define(FlowSet set, Flow flow, TargetPool? pool, bool isMoved)
    {
        FlowEntry entry;
        if (_byName.TryGetValue(flow.Name, out var old))
        {
            entry = old with { Flow = flow, Pool = pool, Definition = isMoved ? _definitions++ : old.Definition };
            set = set.Without(old);
        }
        else
        {
            entry = New(flow, pool);
        }
        _byName[flow.Name] = entry;
        return set.With(entry);
    }

    private FlowEntry New(Flow flow, TargetPool? pool) => new(flow, _definitions++, pool, _counters.Take());
}
