using System.Text;
using System.Text.Json;

namespace Nfqlb.Control;

/// <summary>An event as a balancer tells it, or how many of them are missing.</summary>
public sealed class EventLine
{
    private static readonly string[] Named = ["id", "time", "severity", "event", "object", "reason", "by", "done"];

    /// <summary>Reads a line of JSON.</summary>
    /// <exception cref="ControlException">It is none of a balancer's.</exception>
    public EventLine(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            Id = root.TryGetProperty("id", out var id) ? id.GetRawText() : null;
            ForPeople = root.TryGetProperty("missed", out var missed)
                ? $"{missed.GetInt64()} events were missed"
                : Words(root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ControlException($"What answers is no balancer: {e.Message}", e);
        }
    }

    /// <summary>Its number; null where events are missing.</summary>
    public string? Id { get; }

    /// <summary>Who did what, when and why; what was done in lines below.</summary>
    public string ForPeople { get; }

    private static string Words(JsonElement root)
    {
        string? Text(string key) =>
            root.TryGetProperty(key, out var value) ? PlainText.Visible(value.GetString()!) : null;

        var words = new StringBuilder($"{Text("time")} {Text("severity"),-7} {Text("event")}");
        foreach (var field in root.EnumerateObject())
        {
            if (!Named.Contains(field.Name))
            {
                words.Append($" {field.Name} {Text(field.Name)}");
            }
        }
        words.Append(Text("object") is { } subject ? $": {subject}" : "");
        words.Append(Text("reason") is { } reason ? $": {reason}" : "");
        words.Append(Text("by") is { } by ? $" (by {by})" : "");
        if (root.TryGetProperty("done", out var done))
        {
            foreach (string line in done.GetString()!.Split('\n'))
            {
                words.Append($"\n    {PlainText.Visible(line)}");
            }
        }
        return words.ToString();
    }
}
