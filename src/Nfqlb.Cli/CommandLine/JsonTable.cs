using System.Text.Json;

namespace Nfqlb.Cli.CommandLine;

/// <summary>JSON as columns for people: a row for each object of a list, a column for each of its keys.</summary>
internal static class JsonTable
{
    /// <summary>A list is a table. An object is a table of its values, and one below for each list of objects in it.
    /// </summary>
    public static IEnumerable<string> Lines(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            return OfRows([.. root.EnumerateArray()]);
        }
        var values = new TextTable("NAME", "VALUE");
        var below = new List<string>();
        foreach (var (name, value) in Flat(root, ""))
        {
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(IsObject))
            {
                below.AddRange(["", Heading(name), .. OfRows([.. value.EnumerateArray()])]);
            }
            else
            {
                values.Add(name, Cell(value));
            }
        }
        return values.Lines().Concat(below);
    }

    private static IEnumerable<string> OfRows(JsonElement[] items)
    {
        if (!Array.TrueForAll(items, IsObject))
        {
            return items.Select(Cell);
        }
        var rows = items.Select(item => Flat(item, "").ToDictionary(one => one.Name, one => Cell(one.Value))).ToList();
        string[] columns = [.. rows.SelectMany(row => row.Keys).Distinct()];
        var table = new TextTable([.. columns.Select(Heading)]);
        foreach (var row in rows)
        {
            table.Add([.. columns.Select(column => row.GetValueOrDefault(column))]);
        }
        return table.Lines();
    }

    /// <summary>The values of an object and, with both names, those of the objects in it.</summary>
    private static IEnumerable<(string Name, JsonElement Value)> Flat(JsonElement element, string above)
    {
        foreach (var property in element.EnumerateObject())
        {
            string name = above + property.Name;
            if (IsObject(property.Value))
            {
                foreach (var inner in Flat(property.Value, $"{name}."))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return (name, property.Value);
            }
        }
    }

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Cell)),
        JsonValueKind.Object => value.GetRawText(),
        _ => PlainText.Visible(value.ToString()),
    };

    private static string Heading(string name) => name.Replace('_', ' ').Replace('.', ' ').ToUpperInvariant();

    private static bool IsObject(JsonElement element) => element.ValueKind == JsonValueKind.Object;
}
