using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nfqlb.Planning.Objects;

/// <summary>A length of time in seconds, to the millisecond.</summary>
public sealed class SecondsJson : JsonConverter<TimeSpan>
{
    private const int Digits = 3;

    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromSeconds(reader.GetDouble());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.TotalSeconds, Digits));
}
