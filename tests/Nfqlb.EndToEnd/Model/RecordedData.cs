using System.Text.Json;

namespace Nfqlb.EndToEnd.Model;

/// <summary>What nfqlb 1.2.0 did, as recorded in tests/data.</summary>
internal static class RecordedData
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = true,
    };

    public static T Load<T>(string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "data", file);
        return JsonSerializer.Deserialize<T>(File.ReadAllText(path), SnakeCase)
            ?? throw new InvalidDataException($"{path} is empty.");
    }
}
