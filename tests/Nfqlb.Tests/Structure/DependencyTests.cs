using System.Text.RegularExpressions;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Structure;

/// <summary>Who may know whom: assemblies by what they refer to, folders by what they use.</summary>
public partial class DependencyTests
{
    private const string AssembliesFile = "tests/Nfqlb.Tests/Structure/DependencyTests.cs";

    /// <summary>What each folder of src/Nfqlb may use of the others.</summary>
    public static TheoryData<string, string[]> Folders => new()
    {
        { "Packets", [] },
        { "Maglev", ["Packets"] },
        { "Flows", ["Packets", "Maglev"] },
        { "Carried", [] },
        { "Fragments", ["Packets", "Carried"] },
        { "Routing", [] },
        { "Tracing", ["Packets", "Flows"] },
        { "Wanted", ["Packets", "Maglev", "Flows"] },
        { "FastPath", ["Packets", "Maglev", "Flows"] },
    };

    [Fact]
    public void The_classifier_refers_to_the_base_library_alone()
    {
        string[] expected =
        [
            "System.Collections",
            "System.Collections.Immutable",
            "System.Linq",
            "System.Memory",
            "System.Runtime",
            "System.Text.RegularExpressions",
            "System.Threading",
        ];
        var actual = typeof(Classifier).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).Order();
        Assert.True(
            expected.SequenceEqual(actual),
            $"It refers to {string.Join(' ', actual)}. If the new one does no I/O, list it in {AssembliesFile}.");
    }

    [Theory]
    [InlineData("src/Nfqlb/Nfqlb.csproj", "")]
    [InlineData("src/Nfqlb.Linux/Nfqlb.Linux.csproj", "../Nfqlb/Nfqlb.csproj")]
    [InlineData(
        "src/Nfqlb.Cli/Nfqlb.Cli.csproj",
        "Microsoft.AspNetCore.App Microsoft.Extensions.Hosting Spectre.Console YamlDotNet "
            + "../Nfqlb.Linux/Nfqlb.Linux.csproj")]
    public void Projects_refer_downwards_only(string project, string expected)
    {
        var references = Reference().Matches(Repository.Read(project)).Select(match => match.Groups["what"].Value);
        Assert.Equal(expected, string.Join(' ', references));
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_uses_only_those_below_it(string folder, string[] below)
    {
        var files = Repository.SourceFiles().Where(path => path.StartsWith($"src/Nfqlb/{folder}/")).ToList();
        Assert.NotEmpty(files);
        var broken =
            from path in files
            from used in UsedFolders(Repository.Read(path))
            where used != folder && !below.Contains(used)
            select $"{path} uses {used}: move what it needs down, or hand it in as a parameter";
        Assert.True(!broken.Any(), string.Join('\n', broken));
    }

    [Fact]
    public void Uses_of_every_form_are_found()
    {
        Assert.Equal(["Flows"], UsedFolders("using Nfqlb.Flows;"));
        Assert.Equal(["Maglev"], UsedFolders("var size = new Nfqlb.Maglev.PoolSize(3, 1);"));
        Assert.Equal(["Classifier"], UsedFolders("private readonly Classifier _classifier;"));
    }

    /// <summary>Folders named in a directive or in full; the classifier itself is above all of them.</summary>
    private static IEnumerable<string> UsedFolders(string source) =>
        Use().Matches(source).Select(match => match.Groups["folder"].Value).Distinct();

    [GeneratedRegex("""<(Framework|Package|Project)Reference Include="(?<what>[^"]+)" """)]
    private static partial Regex Reference();

    [GeneratedRegex(
        @"\bNfqlb\.(?<folder>Packets|Maglev|Flows|Carried|Fragments|Routing|Tracing|Wanted|FastPath)\b"
        + @"|\b(?<folder>Classifier)\w*\b")]
    private static partial Regex Use();
}
