using Nfqlb.Flows;

namespace Nfqlb.Daemon.Journal;

/// <summary>Changes of flows carried out again, one by one.</summary>
/// <param name="parse">How a flow is read.</param>
internal sealed class FlowReplay(Func<FlowText, Flow> parse)
{
    private readonly Dictionary<string, int> _places = [];
    private readonly List<Flow?> _flows = [];

    /// <summary>How many there were.</summary>
    public int Changes { get; private set; }

    /// <summary>Carries out one more.</summary>
    /// <param name="line">Of <see cref="JournalRecord"/>, without its line break.</param>
    /// <param name="hasGaps">Changes before it are missing, so that a flow may be deleted that never was.</param>
    /// <exception cref="FlowException">The line is no change.</exception>
    public void Apply(ReadOnlySpan<byte> line, bool hasGaps)
    {
        var change = JournalRecord.Parse(line);
        Changes++;
        switch (change.Action)
        {
            case "set":
                var flow = parse(change.Flow);
                if (_places.TryGetValue(flow.Name.Text, out int place))
                {
                    _flows[place] = flow;
                    return;
                }
                _places.Add(flow.Name.Text, _flows.Count);
                _flows.Add(flow);
                return;
            case "delete" when change.Flow.Name is { } name && _places.Remove(name, out int gone):
                _flows[gone] = null;
                return;
            case "delete" when hasGaps && change.Flow.Name is not null:
                return;
            default:
                throw new FlowException($"a line that changes nothing: {change.Action} {change.Flow.Name}");
        }
    }

    /// <summary>Carries out many more.</summary>
    /// <param name="lines">Each with its line break.</param>
    /// <exception cref="FlowException">A line is no change.</exception>
    public void ApplyAll(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            Apply(end < 0 ? throw new FlowException("a line without an end") : lines[..end], hasGaps: false);
            lines = lines[(end + 1)..];
        }
    }

    /// <summary>The flows that are left, in the order of their definition.</summary>
    public List<Flow> Left()
    {
        var left = new List<Flow>(_places.Count);
        foreach (var flow in _flows)
        {
            if (flow is not null)
            {
                left.Add(flow);
            }
        }
        return left;
    }
}
