using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Tests.Classification;

/// <summary>A classifier with its flows and pools, set up in a line.</summary>
internal sealed class Balancer
{
    private readonly Dictionary<string, TargetPool> _pools = [];

    private readonly ConnectionTable? _connections;

    /// <param name="options">What holds for its classifiers.</param>
    /// <param name="workers">How many there are.</param>
    /// <param name="connections">Given to pools that are made from now on; null where none drains.</param>
    public Balancer(ClassifierOptions? options = null, int workers = 1, ConnectionTable? connections = null)
    {
        _connections = connections;
        Flows = new FlowTable(workers);
        Classifiers = [.. Enumerable.Range(0, workers).Select(worker =>
            new Classifier(worker, Flows, options ?? new ClassifierOptions { Clock = () => 0 }))];
    }

    public FlowTable Flows { get; }

    public Classifier[] Classifiers { get; }

    public ClassifierCounters Counters => Classifiers[0].Counters;

    /// <summary>Makes a pool, or changes its targets.</summary>
    public Balancer Pool(string name, params int[] marks)
    {
        var size = new PoolSize(101, 10);
        if (!_pools.TryGetValue(name, out var pool))
        {
            var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
            _pools[name] = pool = new TargetPool(new PoolName(name), segment, Flows.Workers, _connections);
        }
        pool.Segment.Publish([.. marks, .. Enumerable.Repeat(-1, size.Slots - marks.Length)]);
        return this;
    }

    /// <summary>A pool that was made before.</summary>
    public TargetPool this[string pool] => _pools[pool];

    /// <summary>Sets a flow to a pool that was made before, in force from the next packet on.</summary>
    public Balancer Flow(FlowText text)
    {
        Flows.Set(text.Parse(), _pools[text.Target!]);
        return StartBatch();
    }

    public Balancer StartBatch()
    {
        foreach (var classifier in Classifiers)
        {
            classifier.StartBatch();
        }
        return this;
    }

    /// <summary>The packets of a flow so far.</summary>
    public long CountOf(string flow) =>
        Flows.Current.Entries.Single(entry => entry.Flow.Name.Text == flow).Counter.Sum;

    /// <summary>The mark the packet goes on with; null where it is dropped.</summary>
    public int? Mark(byte[] packet, int worker = 0)
    {
        var verdict = Classifiers[worker].Classify(packet);
        return verdict.IsAccept ? verdict.Mark.Value : null;
    }
}
