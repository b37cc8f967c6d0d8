using System.Text.Json;
using System.Text.Json.Serialization;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Objects;

/// <summary>A block of addresses as people write it.</summary>
public sealed class BlockJson : JsonConverter<Cidr>
{
    /// <inheritdoc/>
    public override Cidr Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Cidr.TryParse(reader.GetString(), out var block, out string reason) ? block : throw new JsonException(reason);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Cidr value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToPlainString());
}
