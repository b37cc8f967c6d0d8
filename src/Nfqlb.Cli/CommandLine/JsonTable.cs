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
            return OfList(root);
        }
        var values = new TextTable("NAME", "VALUE");
        var below = new List<string>();
        foreach (var (name, value) in Flat(root))
        {
            if (HasObjects(value))
            {
                below.AddRange(["", Heading(name), .. OfList(value)]);
            }
            else
            {
                values.Add(name, Cell(value));
            }
        }
        return values.Lines().Concat(below);
    }

    private static IEnumerable<string> OfList(JsonElement list)
    {
        var rows = new List<Dictionary<string, JsonElement>>();
        var columns = new List<string>();
        var words = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                words.Add(Cell(item));
                continue;
            }
            var row = Flat(item);
            rows.Add(row);
            columns.AddRange(row.Keys.Except(columns));
        }
        var table = new TextTable([.. columns.Select(Heading)]);
        foreach (var row in rows)
        {
            table.Add([.. columns.Select(column => row.TryGetValue(column, out var value) ? Cell(value) : "")]);
        }
        return words.Concat(table.Lines());
    }

    /// <summary>The values of an object in their order and, with both names, those of the objects in it.</summary>
    private static Dictionary<string, JsonElement> Flat(JsonElement element)
    {
        var values = new Dictionary<string, JsonElement>();
        void Add(JsonElement part, string above)
        {
            foreach (var property in part.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Object)
                {
                    Add(property.Value, $"{above}{property.Name}.");
                }
                else
                {
                    values[above + property.Name] = property.Value;
                }
            }
        }
        Add(element, "");
        return values;
    }

    private static string Cell(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return "";
            case JsonValueKind.True:
                return "yes";
            case JsonValueKind.False:
                return "no";
            case JsonValueKind.Array:
                var cells = new List<string>();
                foreach (var item in value.EnumerateArray())
                {
                    cells.Add(Cell(item));
                }
                return string.Join(',', cells);
            default:
                return PlainText.Visible(value.ToString());
        }
    }

    private static bool HasObjects(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                return item.ValueKind == JsonValueKind.Object;
            }
        }
        return false;
    }

    private static string Heading(string name) => name.Replace('_', ' ').Replace('.', ' ').ToUpperInvariant();
}
