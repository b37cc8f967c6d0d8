using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Documents;

/// <summary>Reads the flows of a kept state straight from its JSON: there may be ten thousand, and a program has
/// written them, so that no tree with the place of each value is needed.</summary>
internal static class StoredFlows
{
    /// <summary>The flows of a list.</summary>
    /// <param name="reader">At its beginning; afterwards at its end.</param>
    /// <exception cref="DocumentException">One is no flow.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ImmutableArray<Flow> Read(ref Utf8JsonReader reader)
    {
        var flows = ImmutableArray.CreateBuilder<Flow>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            flows.Add(ReadFlow(ref reader));
        }
        return reader.TokenType == JsonTokenType.EndArray ? flows.DrainToImmutable() : throw NoFlow("it is no map");
    }

    private static Flow ReadFlow(ref Utf8JsonReader reader)
    {
        var text = new FlowText();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadValue(ref reader, text);
        }
        try
        {
            return text.Parse();
        }
        catch (FlowException e)
        {
            throw NoFlow(e.Message);
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, FlowText text)
    {
        string key = reader.GetString()!;
        string? value = ReadTexts(ref reader, isOfBlocks: key is "dsts" or "srcs");
        switch (key)
        {
            case "name": text.Name = value; break;
            case "target": text.Target = value; break;
            case "prio": text.Priority = value; break;
            case "protocols": text.Protocols = value; break;
            case "dsts": text.Destinations = value; break;
            case "srcs": text.Sources = value; break;
            case "dports": text.DestinationPorts = value; break;
            case "sports": text.SourcePorts = value; break;
            case "match": text.Match = value; break;
            case "udpencap": text.UdpEncapsulation = value; break;
            case "hash": text.Hash = value; break;
            default: throw NoFlow($"[{TreeBuilder.Shown(key)}] is not known");
        }
    }

    /// <summary>A text, or the texts of a list with commas between them; null for an empty list.</summary>
    private static string? ReadTexts(ref Utf8JsonReader reader, bool isOfBlocks)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return ReadText(ref reader, isOfBlocks);
        }
        string? texts = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string text = ReadText(ref reader, isOfBlocks);
            texts = texts is null ? text : $"{texts},{text}";
        }
        return texts;
    }

    private static string ReadText(ref Utf8JsonReader reader, bool isOfBlocks)
    {
        string text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw NoFlow("a value is neither text nor a number"),
        };
        return isOfBlocks ? FlowReader.WholeBlock(text) : text;
    }

    private static DocumentException NoFlow(string reason) => new(1, $"flows: {reason}");
}
