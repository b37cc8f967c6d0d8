using Nfqlb.Maglev;

namespace Nfqlb.Flows;

/// <summary>Where flows are set and deleted, and where workers find the set in force.</summary>
/// <remarks>Changes exclude each other; each publishes a new <see cref="FlowSet"/>, which readers take without a
/// lock.</remarks>
/// <param name="workers">How many workers count packets.</param>
public sealed class FlowTable(int workers)
{
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
    /// <returns>False when nothing had to be changed.</returns>
    /// <exception cref="FlowException">A flow may not gain, lose or change its UDP encapsulation.</exception>
    public bool Set(Flow flow, TargetPool? pool)
    {
        lock (_changes)
        {
            if (!IsChange(flow, pool))
            {
                return false;
            }
            var set = _current;
            if (HelperOf(flow) is { } helper)
            {
                set = Define(set, helper, null);
            }
            _current = Define(set, flow, pool);
            return true;
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
    public bool IsChange(Flow flow, TargetPool? pool)
    {
        lock (_changes)
        {
            if (!_byName.TryGetValue(flow.Name, out var old))
            {
                return true;
            }
            return old.Flow.UdpEncapsulationPort == flow.UdpEncapsulationPort
                ? !old.Flow.IsSameAs(flow) || old.Pool != pool
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

    private FlowSet Define(FlowSet set, Flow flow, TargetPool? pool)
    {
        FlowEntry entry;
        if (_byName.TryGetValue(flow.Name, out var old))
        {
            entry = old with { Flow = flow, Pool = pool };
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
