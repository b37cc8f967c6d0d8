using System.Text.RegularExpressions;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Tests.Support;

namespace Nfqlb.Cli.Tests.CommandLine;

/// <summary>What help, completion and manual page are made of is whole, and can be typed as it stands there.</summary>
public partial class CommandTableTests
{
    private const int MostColumns = 80;

    public static TheoryData<string> Names => [.. CommandTable.All.Select(command => command.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_example_can_be_typed(string name)
    {
        var examples = CommandTable.Find(name).Examples;
        Assert.NotEmpty(examples);
        foreach (string example in examples)
        {
            var typed = Typed().Matches(example.Split('#')[0]).Select(match => match.Groups[1].Value.Trim()).ToArray();
            Assert.Contains(typed, line => Is(name, line));
            foreach (string[] words in typed.Select(line => line.Split(' ')).Where(words => words[0] != "--version"))
            {
                var command = CommandTable.Find(words[0]);
                command.Check(GetoptLongOnly.Parse(command, words.AsSpan(1)));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_command_has_a_line_of_its_own(string name)
    {
        var command = CommandTable.Find(name);
        Assert.StartsWith(name, command.Usage);
        Assert.All(command.Synopsis, line => Assert.True(line.StartsWith(name) || line.StartsWith("   "), line));
        Assert.InRange(command.Summary.Length, 5, MostColumns);
        Assert.True(char.IsUpper(command.Summary[0]), command.Summary);
    }

    [Fact]
    public void No_name_stands_twice()
    {
        Assert.Distinct(CommandTable.All.Select(command => command.Name));
        Assert.All(CommandTable.All, command =>
            Assert.Distinct(command.Options.Select(option => option.Name)));
    }

    [Fact]
    public void The_documents_have_every_command_option_and_exit_code()
    {
        string documents = Repository.Read("docs/commands.md") + Repository.Read("docs/pools.md");
        Assert.All(CommandTable.All, command => Assert.True(
            Regex.IsMatch(documents, $@"`{command.Name}\b"), $"docs/commands.md does not have {command.Name}"));
        Assert.All(CommandTable.All.SelectMany(command => command.Options), option => Assert.True(
            Regex.IsMatch(documents, $@"[^\w-]-{{1,2}}{option.Name}\b"),
            $"neither docs/commands.md nor docs/pools.md has --{option.Name}"));
        Assert.All(ExitCode.All, one => Assert.Contains($"| {one.Code} | {one.Meaning} |", documents));
    }

    [Theory]
    [InlineData("shows", ", did you mean show?")]
    [InlineData("staus", ", did you mean status?")]
    [InlineData("flow-lsit", ", did you mean flow-list?")]
    [InlineData("activte", ", did you mean activate?")]
    [InlineData("log", ", did you mean loglevel?")]
    [InlineData("queue", ", did you mean queue-layout?")]
    [InlineData("bogus", "")]
    [InlineData("", "")]
    [InlineData("x", "")]
    public void A_near_miss_is_told_what_was_meant(string typed, string words)
    {
        var told = Assert.Throws<UsageException>(() => CommandTable.Find(typed));
        Assert.Equal($"Unknown command [{typed}]{words}", told.Message);
    }

    [Theory]
    [InlineData("--shn=x", "--shn", ", did you mean --shm?")]
    [InlineData("--outptu", "--outptu", ", did you mean --output?")]
    [InlineData("--bogus", "--bogus", "")]
    public void So_is_one_of_an_option(string typed, string named, string words)
    {
        var told = Assert.Throws<UsageException>(() => GetoptLongOnly.Parse(new ShowCommand(), [typed]));
        Assert.Equal($"show: unrecognized option '{named}'{words}", told.Message);
    }

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("show", "show", 0)]
    [InlineData("shwo", "show", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("status", "stats", 1)]
    public void Slips_are_letters_left_out_added_exchanged_or_swapped(string one, string other, int slips)
    {
        Assert.Equal(slips, Suggestion.Slips(one, other));
        Assert.Equal(slips, Suggestion.Slips(other, one));
    }

    [Theory]
    [InlineData(1, "flow-set")]
    [InlineData(1, "bogus")]
    [InlineData(1)]
    [InlineData(2, "apply")]
    [InlineData(2, "status", "--bogus")]
    public void Bad_usage_has_a_code_of_its_own_where_1_2_0_has_none(int code, params string[] typed) =>
        Assert.Equal(code, CommandTable.CodeOfBadUsage(typed));

    private static bool Is(string name, string line) =>
        line.Split(' ')[0] == name || (name == "version" && line == "--version");

    [GeneratedRegex(@"\bnfqlb ([^|)>]+)")]
    private static partial Regex Typed();
}
