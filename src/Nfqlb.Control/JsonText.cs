using System.Text;
using System.Text.Json;

namespace Nfqlb.Control;

/// <summary>JSON for people and programs: indented.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>The text of what is written.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            write(json);
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
