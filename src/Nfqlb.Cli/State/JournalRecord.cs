using System.Text;
using Nfqlb.Cli.Control;
using Nfqlb.Flows;

namespace Nfqlb.Cli.State;

/// <summary>One change of flows as a line of the journal.</summary>
internal static class JournalRecord
{
    private const char Separator = '\t';

    public static byte[] Set(Flow flow) =>
        Line(new ControlRequest { Action = "set", Flow = FlowText.Of(flow) });

    public static byte[] Delete(FlowName name) =>
        Line(new ControlRequest { Action = "delete", Flow = new FlowText { Name = name.Text } });

    /// <summary>The flows that are left after all changes, in the order of their definition.</summary>
    /// <param name="lines">As they stand in the file.</param>
    /// <param name="changes">How many changes there were.</param>
    /// <exception cref="FlowException">A line is no change.</exception>
    public static List<Flow> Replay(ReadOnlySpan<byte> lines, out int changes) =>
        Replay(lines, text => text.Parse(), out changes);

    /// <summary>The same of flows that are read in another way.</summary>
    /// <exception cref="FlowException">A line is no change.</exception>
    public static List<Flow> Replay(ReadOnlySpan<byte> lines, Func<FlowText, Flow> parse, out int changes)
    {
        var places = new Dictionary<string, int>();
        var flows = new List<Flow?>();
        for (changes = 0; !lines.IsEmpty; changes++)
        {
            int end = lines.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw new FlowException("a line without an end");
            }
            Apply(Parse(lines[..end]), parse, places, flows);
            lines = lines[(end + 1)..];
        }
        var left = new List<Flow>(places.Count);
        foreach (var flow in flows)
        {
            if (flow is not null)
            {
                left.Add(flow);
            }
        }
        return left;
    }

    private static void Apply(
        ControlRequest change, Func<FlowText, Flow> parse, Dictionary<string, int> places, List<Flow?> flows)
    {
        switch (change.Action)
        {
            case "set":
                var flow = parse(change.Flow);
                if (places.TryGetValue(flow.Name.Text, out int place))
                {
                    flows[place] = flow;
                    return;
                }
                places.Add(flow.Name.Text, flows.Count);
                flows.Add(flow);
                return;
            case "delete" when change.Flow.Name is { } name && places.Remove(name, out int gone):
                flows[gone] = null;
                return;
            default:
                throw new FlowException($"a line that changes nothing: {change.Action} {change.Flow.Name}");
        }
    }

    private static ControlRequest Parse(ReadOnlySpan<byte> line)
    {
        var request = new ControlRequest();
        var text = Encoding.UTF8.GetString(line).AsSpan();
        foreach (var field in text.Split(Separator))
        {
            request.Read(text[field]);
        }
        return request;
    }

    private static byte[] Line(ControlRequest request)
    {
        var text = new StringBuilder();
        foreach (string field in request.Lines())
        {
            text.Append(text.Length == 0 ? "" : Separator).Append(field);
        }
        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }
}
