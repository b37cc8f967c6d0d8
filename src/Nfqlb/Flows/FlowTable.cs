using Nfqlb.Maglev;

namespace Nfqlb.Flows;

/// <summary>Where flows are set and deleted, and where workers find the set in force.</summary>
/// <remarks>Changes exclude each other; each publishes a new <see cref="FlowSet"/>, which readers take without a
/// lock.</remarks>
/// <param name="workers">How many workers count packets.</param>
public sealed class FlowTable(int workers)
{
    private readonly Lock _changes = new();
    private readonly List<FlowEntry> _byDefinition = [];
    private volatile FlowSet _current = FlowSet.Empty;

    /// <summary>The set in force.</summary>
    public FlowSet Current => _current;

    /// <summary>Adds a flow, or redefines the one of this name, which keeps its place and its count.</summary>
    /// <returns>False when nothing had to be changed.</returns>
    /// <exception cref="FlowException">A flow may not gain, lose or change its UDP encapsulation.</exception>
    public bool Set(Flow flow, TargetPool pool)
    {
        lock (_changes)
        {
            int index = IndexOf(flow.Name);
            if (index < 0)
            {
                if (HelperOf(flow) is { } helper)
                {
                    _byDefinition.Add(new FlowEntry(helper, null, new FlowCounter(workers)));
                }
                _byDefinition.Add(new FlowEntry(flow, pool, new FlowCounter(workers)));
                Publish();
                return true;
            }
            var old = _byDefinition[index];
            if (old.Flow.UdpEncapsulationPort != flow.UdpEncapsulationPort)
            {
                throw new FlowException("FAIL: Alter udpencap not allowed");
            }
            if (old.Flow.IsSameAs(flow) && old.Pool == pool)
            {
                return false;
            }
            _byDefinition[index] = old with { Flow = flow, Pool = pool };
            if (HelperOf(flow) is { } redefined)
            {
                int helperIndex = IndexOf(redefined.Name);
                _byDefinition[helperIndex] = _byDefinition[helperIndex] with { Flow = redefined };
            }
            Publish();
            return true;
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
            int removed = _byDefinition.RemoveAll(entry => entry.Flow.Name == name || entry.Flow.Name == name.Helper);
            if (removed > 0)
            {
                Publish();
            }
            return removed > 0;
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

    private int IndexOf(FlowName name) => _byDefinition.FindIndex(entry => entry.Flow.Name == name);

    private void Publish() => _current = new FlowSet(_byDefinition);
}
