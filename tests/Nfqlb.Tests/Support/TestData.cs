using System.Text.Json;

namespace Nfqlb.Tests.Support;

/// <summary>The files of tests/data: what nfqlb 1.2.0 did.</summary>
internal static class TestData
{
    public static string Path(string file) => System.IO.Path.Combine(AppContext.BaseDirectory, "data", file);

    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(Path(file))).RootElement;
}
