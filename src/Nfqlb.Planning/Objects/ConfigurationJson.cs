using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nfqlb.Planning.Objects;

/// <summary>What a balancer says of the files that it follows, as JSON: its answer to `configuration`, and a part of
/// the page of the state. Both ends have it from the records themselves.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata, Converters = [typeof(BlockJson), typeof(SecondsJson)])]
[JsonSerializable(typeof(ConfigurationState))]
[JsonSerializable(typeof(IReadOnlyList<VipAnnouncement>))]
public sealed partial class ConfigurationJson : JsonSerializerContext
{
    /// <summary>As it goes over the control socket.</summary>
    public static string Of(ConfigurationState state) =>
        JsonSerializer.Serialize(state, Default.ConfigurationState) + '\n';

    /// <summary>What goes over the control socket.</summary>
    /// <exception cref="JsonException">It is no such state.</exception>
    public static ConfigurationState Read(string json) =>
        JsonSerializer.Deserialize(json, Default.ConfigurationState) ?? throw new JsonException("nothing");
}
