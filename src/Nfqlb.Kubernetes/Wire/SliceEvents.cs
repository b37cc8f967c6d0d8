using System.Text.Json;
using Nfqlb.Planning.Kubernetes;

namespace Nfqlb.Kubernetes.Wire;

/// <summary>Reads events of slices. A slice is told as a whole where one of its endpoints has changed: those that are
/// written as before, byte by byte, are the same objects as before, and are not read again.</summary>
internal static class SliceEvents
{
    /// <summary>After this many endpoints that are gone, those behind them are read as if they were new.</summary>
    private const int MostGone = 16;

    /// <summary>Reads a line of a watch.</summary>
    /// <param name="line">All of it.</param>
    /// <param name="known">The slices as they were before, by name.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static WatchEvent<EndpointSlice> Read(
        ReadOnlySpan<byte> line, IReadOnlyDictionary<string, EndpointSlice> known)
    {
        var json = new Utf8JsonReader(line);
        string? type = null;
        EndpointSlice? slice = null;
        json.Read();
        ThrowUnless(JsonTokenType.StartObject, json);
        while (IsProperty(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                type = JsonSerializer.Deserialize(ref json, ApiJson.Default.String);
            }
            else if (json.ValueTextEquals("object"u8))
            {
                json.Read();
                slice = json.TokenType == JsonTokenType.Null ? null : ReadSlice(ref json, ref line, known);
            }
            else
            {
                json.Skip();
            }
        }
        json.Read(); // Nothing stands behind it, or this throws.
        return new WatchEvent<EndpointSlice> { Type = type, Object = slice };
    }

    /// <param name="json">Reads it, from its beginning.</param>
    /// <param name="text">What that reads from; less of it afterwards.</param>
    /// <param name="known">The slices as they were before, by name.</param>
    private static EndpointSlice ReadSlice(
        ref Utf8JsonReader json, ref ReadOnlySpan<byte> text, IReadOnlyDictionary<string, EndpointSlice> known)
    {
        ThrowUnless(JsonTokenType.StartObject, json);
        var slice = new EndpointSlice();
        while (IsProperty(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                slice = slice with { Metadata = JsonSerializer.Deserialize(ref json, ApiJson.Default.ObjectMetadata) };
            }
            else if (json.ValueTextEquals("addressType"u8))
            {
                slice = slice with { AddressType = JsonSerializer.Deserialize(ref json, ApiJson.Default.String) };
            }
            else if (json.ValueTextEquals("ports"u8))
            {
                slice = slice with
                {
                    Ports = JsonSerializer.Deserialize(ref json, ApiJson.Default.IReadOnlyListEndpointPort),
                };
            }
            else if (json.ValueTextEquals("endpoints"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.Null)
                {
                    var before = slice.Metadata?.Name is { } name ? known.GetValueOrDefault(name) : null;
                    bool isAlike = before?.AddressType == slice.AddressType;
                    slice = slice with { Endpoints = ReadEndpoints(ref json, ref text, isAlike ? before : null) };
                }
            }
            else
            {
                json.Skip();
            }
        }
        return slice;
    }

    private static List<Endpoint> ReadEndpoints(
        ref Utf8JsonReader json, ref ReadOnlySpan<byte> text, EndpointSlice? before)
    {
        ThrowUnless(JsonTokenType.StartArray, json);
        var known = before?.Endpoints ?? [];
        var endpoints = new List<Endpoint>(known.Count);
        int next = 0;
        text = text[(int)json.BytesConsumed..].TrimStart(" \t\r"u8);
        while (!text.StartsWith("]"u8))
        {
            if (endpoints.Count > 0)
            {
                text = text.StartsWith(","u8) ? text[1..].TrimStart(" \t\r"u8) : throw new JsonException();
            }
            var one = Find(text, known, ref next) ?? ReadEndpoint(text);
            endpoints.Add(one);
            text = text[one.Json.Length..].TrimStart(" \t\r"u8);
        }

        // As if none of them stood there: the end of the list fits behind its beginning.
        json = new Utf8JsonReader(text, isFinalBlock: true, json.CurrentState);
        json.Read();
        return endpoints;
    }

    /// <summary>The known one that the text begins with, from the next on.</summary>
    private static Endpoint? Find(ReadOnlySpan<byte> text, IReadOnlyList<Endpoint> known, ref int next)
    {
        for (int i = next; i < known.Count && i <= next + MostGone; i++)
        {
            var json = known[i].Json.Span;
            if (!json.IsEmpty && text.StartsWith(json))
            {
                next = i + 1;
                return known[i];
            }
        }
        return null;
    }

    private static Endpoint ReadEndpoint(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        var one = JsonSerializer.Deserialize(ref json, ApiJson.Default.Endpoint) ?? throw new JsonException();
        return one with { Json = text[..(int)json.BytesConsumed].ToArray() };
    }

    /// <summary>Whether a property comes, rather than the end of its object.</summary>
    private static bool IsProperty(ref Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static void ThrowUnless(JsonTokenType token, in Utf8JsonReader json)
    {
        if (json.TokenType != token)
        {
            throw new JsonException();
        }
    }
}
