using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nfqlb.Planning.Tests.Support;

/// <summary>As much of JSON Schema 2020-12 (https://json-schema.org/draft/2020-12) as ours uses; a keyword that is not
/// known here fails the test, so that none is passed over.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly string[] Notes = ["$schema", "$defs", "title", "description", "default"];

    public JsonElement Root { get; } = root;

    public static JsonSchema Read(string text) => new(JsonDocument.Parse(text).RootElement);

    public bool Accepts(string json) => Accepts(Root, JsonDocument.Parse(json).RootElement);

    /// <summary>The schema itself, or the one it refers to with what is beside the reference.</summary>
    public JsonElement Follow(JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? Root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..])
            : schema;

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(keyword => Accepts(keyword.Name, keyword.Value, schema, value));

    private bool Accepts(string keyword, JsonElement rule, JsonElement schema, JsonElement value) => keyword switch
    {
        _ when Notes.Contains(keyword) => true,
        "$ref" => Accepts(Follow(schema), value),
        "anyOf" => rule.EnumerateArray().Any(each => Accepts(each, value)),
        "enum" => rule.EnumerateArray().Any(each => each.GetString() == TextOf(value)),
        "type" => (rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().ToArray() : [rule])
            .Any(each => IsOfType(each.GetString()!, value)),
        "pattern" => TextOf(value) is not { } text || Regex.IsMatch(text, rule.GetString()!),
        "minLength" => TextOf(value) is not { } text || text.Length >= rule.GetInt32(),
        "maxLength" => TextOf(value) is not { } text || text.Length <= rule.GetInt32(),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble(),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
        "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(item => Accepts(rule, item)),
        "required" => Members(value) is not { } members || rule.EnumerateArray().All(
            name => members.Any(member => member.Name == name.GetString())),
        "dependentRequired" => Members(value) is not { } members || rule.EnumerateObject().All(
            each => members.All(member => member.Name != each.Name)
                || each.Value.EnumerateArray().All(name => members.Any(member => member.Name == name.GetString()))),
        "dependentSchemas" => Members(value) is not { } members || rule.EnumerateObject().All(
            each => members.All(member => member.Name != each.Name) || Accepts(each.Value, value)),
        "properties" => Members(value) is not { } members || members.All(
            member => !rule.TryGetProperty(member.Name, out var property) || Accepts(property, member.Value)),
        "propertyNames" => Members(value) is not { } members || members.All(
            member => Accepts(rule, JsonSerializer.SerializeToElement(member.Name))),
        "additionalProperties" => Members(value) is not { } members || members.All(
            member => (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out _))
                || (rule.ValueKind == JsonValueKind.Object && Accepts(rule, member.Value))),
        _ => throw new NotSupportedException($"keyword {keyword}"),
    };

    private static bool IsOfType(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String)
            or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value.GetDouble() % 1 == 0,
        _ => false,
    };

    private static string? TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonProperty[]? Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject()] : null;
}
