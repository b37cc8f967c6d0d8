using System.Text;
using Nfqlb.Control;
using Nfqlb.Flows;

namespace Nfqlb.Daemon.Journal;

/// <summary>One change of flows as a line of the journal.</summary>
internal static class JournalRecord
{
    private const char Separator = '\t';

    public static byte[] Set(Flow flow) =>
        Line(new ControlRequest { Action = "set", Flow = FlowText.Of(flow) });

    /// <summary>Flows that go behind all others of their priority, in this order, whether they were there or
    /// not.</summary>
    public static byte[] SetBehindAll(IReadOnlyList<Flow> flows)
    {
        var lines = new List<byte>();
        foreach (var flow in flows)
        {
            // One that was never set is no line that may be deleted.
            lines.AddRange(Set(flow));
            lines.AddRange(Delete(flow.Name));
            lines.AddRange(Set(flow));
        }
        return [.. lines];
    }

    public static byte[] Delete(FlowName name) =>
        Line(new ControlRequest { Action = "delete", Flow = new FlowText { Name = name.Text } });

    /// <summary>The flows that are left after all changes, in the order of their definition.</summary>
    /// <param name="lines">Each with its line break.</param>
    /// <param name="parse">How a flow is read.</param>
    /// <exception cref="FlowException">A line is no change.</exception>
    public static List<Flow> Replay(ReadOnlySpan<byte> lines, Func<FlowText, Flow> parse)
    {
        var replay = new FlowReplay(parse);
        replay.ApplyAll(lines);
        return replay.Left();
    }

    /// <summary>The request that a line is, without its line break.</summary>
    /// <exception cref="FlowException">It is none.</exception>
    public static ControlRequest Parse(ReadOnlySpan<byte> line)
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
