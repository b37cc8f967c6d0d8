using System.Text.Json;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.Tests.CommandLine;

/// <summary>Whatever a command lists as JSON is readable as a table and as YAML.</summary>
public class JsonTableTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("""["a", "b"]""", "a", "b")]
    [InlineData("""[{"name": "a", "is_up": true}, {"name": null, "via": {"ipv4": "1.2.3.4"}}]""",
        "NAME  IS UP  VIA IPV4", "a     yes    -", "-     -      1.2.3.4")]
    [InlineData("""{"n": 7, "inner": {"x": [1, 2]}, "rows": [{"a": 1}], "none": []}""",
        "NAME     VALUE", "n        7", "inner.x  1,2", "none     -", "", "ROWS", "A", "1")]
    [InlineData("""[{"a": "\u001b[2J"}]""", "A", @"\x1b[2J")]
    public void Objects_are_rows_and_their_keys_columns(string json, params string[] lines)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(lines, JsonTable.Lines(document.RootElement));
    }

    [Theory]
    [InlineData("[]", "[]\n")]
    [InlineData("{}", "{}\n")]
    [InlineData("""["a", "yes", 1, "1"]""", "- a\n- \"yes\"\n- 1\n- \"1\"\n")]
    [InlineData("""[{"a": 1, "b": {"c": [1, 2]}}]""", "- a: 1\n  b:\n    c: [1, 2]\n")]
    public void And_as_yaml(string json, string yaml) => Assert.Equal(yaml, Document.JsonToYaml(json));
}
