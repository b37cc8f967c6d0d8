using System.Text.Json;
using Nfqlb.Planning.Documents;

namespace Nfqlb.Cli.CommandLine;

/// <summary>How a command that lists something shows it: as JSON, as the same in YAML, or for people.</summary>
internal static class Listing
{
    /// <summary>Indented, as `jq` has it.</summary>
    public const string Json = "json";

    /// <summary>The same as YAML.</summary>
    public const string Yaml = "yaml";

    /// <summary>Columns.</summary>
    public const string Table = "table";

    /// <summary>What people read, where that is no table.</summary>
    public const string Text = "text";

    /// <summary>Of commands that had no other choice before.</summary>
    public static readonly Option JsonSwitch = new("json", "The same as --output=json") { IsSwitch = true };

    /// <summary>The option, of which the first form is what is shown without it.</summary>
    public static Option Output(params string[] forms) =>
        new("output", $"{string.Join(", ", forms[..^1])} or {forms[^1]}")
        {
            Default = forms[0],
            Values = ValueSet.Of(forms),
        };

    /// <summary>The form that was asked for.</summary>
    /// <exception cref="UsageException">There is none of this name.</exception>
    public static string Form(Arguments arguments, Option output) =>
        arguments.Has(JsonSwitch) && !arguments.Has(output) ? Json : arguments.Word(output);

    /// <summary>Shows it.</summary>
    /// <param name="form">The form that was asked for.</param>
    /// <param name="json">The whole as JSON.</param>
    /// <param name="lines">For people; null for a table of what the JSON has.</param>
    public static void Print(string form, Func<string> json, Func<IEnumerable<string>>? lines = null)
    {
        switch (form)
        {
            case Json:
                CommandLine.Output.Answer.WriteLine(json().TrimEnd('\n'));
                break;
            case Yaml:
                CommandLine.Output.Answer.Write(Document.JsonToYaml(json()));
                break;
            default:
                foreach (string line in lines?.Invoke() ?? LinesOf(json()))
                {
                    CommandLine.Output.Answer.WriteLine(line);
                }
                break;
        }
    }

    private static IEnumerable<string> LinesOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. JsonTable.Lines(document.RootElement)];
    }
}
