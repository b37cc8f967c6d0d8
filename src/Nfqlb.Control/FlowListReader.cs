using System.Text;
using System.Text.Json;
using Nfqlb.Flows;

namespace Nfqlb.Control;

/// <summary>Reads what a balancer lists, ours or nfqlb 1.2.0.</summary>
public static class FlowListReader
{
    /// <summary>The flows in their order, without helpers.</summary>
    /// <exception cref="ControlException">It is no list of flows.</exception>
    public static IReadOnlyList<Flow> Read(string listing)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(listing));
            return Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or FlowException or InvalidOperationException)
        {
            throw new ControlException($"The balancer's list of flows cannot be read: {e.Message}", e);
        }
    }

    private static List<Flow> Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("it is no list");
        }
        var flows = new List<Flow>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var text = ReadFlow(ref reader);
            if (text.Name is not ['#', ..])
            {
                flows.Add(text.Parse());
            }
        }
        if (reader.TokenType != JsonTokenType.EndArray || reader.Read())
        {
            throw new JsonException("it is no list of flows alone");
        }
        return flows;
    }

    private static FlowText ReadFlow(ref Utf8JsonReader reader)
    {
        var text = new FlowText();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            string? value = ReadValue(ref reader);
            switch (key)
            {
                case "name": text.Name = value; break;
                case "user_ref": text.Target = value; break;
                case "priority": text.Priority = value; break;
                case "protocols": text.Protocols = value; break;
                case "dests": text.Destinations = value; break;
                case "srcs": text.Sources = value; break;
                case "dports": text.DestinationPorts = value; break;
                case "sports": text.SourcePorts = value; break;
                case "match": text.Match = value; break;
                case "udpencap": text.UdpEncapsulation = value; break;
                case "hash": text.Hash = value; break;
            }
        }
        return text;
    }

    /// <summary>A text or number, or those of a list with commas between them; null where there is none, or
    /// more.</summary>
    private static string? ReadValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return ReadItem(ref reader);
        }
        string? items = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string? item = ReadItem(ref reader);
            items = items is null ? item : $"{items},{item}";
        }
        return items;
    }

    private static string? ReadItem(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }
        if (reader.TokenType == JsonTokenType.Number)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
        reader.Skip(); // of another version, which has more to tell
        return null;
    }
}
