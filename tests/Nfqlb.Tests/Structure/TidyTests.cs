using System.Text.RegularExpressions;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Structure;

/// <summary>The rules of the house, as far as a machine can see them.</summary>
public class TidyTests
{
    private const int MostLines = 400;
    private const int MostFunctionLines = 70;

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, TidyRule.All.Length)];

    [Theory, MemberData(nameof(Rules))]
    public void No_line_breaks_a_rule(int index)
    {
        var rule = TidyRule.All[index];
        var broken =
            from path in Repository.SourceFiles()
            where rule.AppliesTo(path)
            from line in Repository.Read(path).Split('\n').Index()
            where rule.IsBrokenBy(line.Item)
            select $"{path}:{line.Index + 1}: {rule.Instead}: {line.Item.Trim()}";
        AssertNone(broken);
    }

    [Theory, MemberData(nameof(Rules))]
    public void Every_rule_finds_what_breaks_it(int index) =>
        Assert.True(TidyRule.All[index].IsBrokenBy(TidyRule.All[index].Offence));

    [Theory, MemberData(nameof(Rules))]
    public void Every_rule_applies_to_some_file(int index) =>
        Assert.Contains(Repository.SourceFiles(), path => TidyRule.All[index].AppliesTo(path));

    [Fact]
    public void Files_stay_small_enough_to_be_read_at_once() =>
        AssertNone(
            from path in Repository.SourceFiles()
            let lines = Repository.Read(path).Count(c => c == '\n')
            where lines > MostLines
            select $"{path} has {lines} lines: give each of its concepts a file of its own");

    [Fact]
    public void Functions_fit_on_a_screen() =>
        AssertNone(
            from path in Repository.SourceFiles()
            from body in Body().Matches(Repository.Read(path))
            let lines = body.Value.Count(c => c == '\n')
            where lines > MostFunctionLines
            select $"{path}: a body of {lines} lines: give its steps names");

    [Fact]
    public void An_extension_block_is_no_function_and_what_is_in_it_may_be_one()
    {
        const string Function = "        int B()\n        {\n            b();\n        }\n";
        var body = Assert.Single(Body().Matches("    extension(int)\n    {\n" + Function + "    }\n"));
        Assert.Equal("        {\n            b();\n        }", body.Value);
        Assert.Single(Body().Matches("    int A()\n    {\n" + Function + "    }\n"));
    }

    [Fact]
    public void Files_are_named_after_the_type_in_them() =>
        AssertNone(
            from path in Repository.SourceFiles()
            where path.StartsWith("src/") && !path.EndsWith("Program.cs")
            let text = Repository.Read(path)
            let types = Regex.Matches(text, @"\b(?:class|struct|interface|enum|record(?! struct)) (\w+)")
            where types.Count > 0 && types.All(type => type.Groups[1].Value != Path.GetFileName(path).Split('.')[0])
            select $"{path}: name the file after its type");

    /// <summary>What stands between the braces of a type's members, also of those in an extension block.</summary>
    private static Regex Body() => new(
        @"(?<!^    extension\(.*\)\n)^(?<indent>    |        )\{\n(.*\n)*?\k<indent>\}", RegexOptions.Multiline);

    private static void AssertNone(IEnumerable<string> offences) =>
        Assert.True(!offences.Any(), string.Join('\n', offences));
}
