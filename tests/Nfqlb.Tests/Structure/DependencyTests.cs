using System.Text.RegularExpressions;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Structure;

/// <summary>Who may know whom: assemblies by what they refer to, folders by what they use.</summary>
public partial class DependencyTests
{
    private const string AssembliesFile = "tests/Nfqlb.Tests/Structure/DependencyTests.cs";

    public static IEnumerable<object[]> Folders =>
        Layers.Of.Keys.SelectMany(project => FoldersOf(project).Select(folder => new object[] { project, folder }));

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
    [InlineData("src/Nfqlb.Planning/Nfqlb.Planning.csproj", "YamlDotNet ../Nfqlb/Nfqlb.csproj")]
    [InlineData(
        "src/Nfqlb.Kubernetes/Nfqlb.Kubernetes.csproj",
        "../Nfqlb.Linux/Nfqlb.Linux.csproj ../Nfqlb.Planning/Nfqlb.Planning.csproj")]
    [InlineData(
        "src/Nfqlb.ControlPlane/Nfqlb.ControlPlane.csproj",
        "../Nfqlb.Linux/Nfqlb.Linux.csproj ../Nfqlb.Planning/Nfqlb.Planning.csproj")]
    [InlineData("src/Nfqlb.Control/Nfqlb.Control.csproj", "../Nfqlb.Linux/Nfqlb.Linux.csproj")]
    [InlineData(
        "src/Nfqlb.Daemon/Nfqlb.Daemon.csproj",
        "Microsoft.AspNetCore.App Microsoft.Extensions.Hosting ../Nfqlb.Control/Nfqlb.Control.csproj "
            + "../Nfqlb.ControlPlane/Nfqlb.ControlPlane.csproj ../Nfqlb.Kubernetes/Nfqlb.Kubernetes.csproj")]
    [InlineData("src/Nfqlb.Cli/Nfqlb.Cli.csproj", "../Nfqlb.Daemon/Nfqlb.Daemon.csproj")]
    public void Projects_refer_downwards_only(string project, string expected)
    {
        var references = Reference().Matches(Repository.Read(project)).Select(match => match.Groups["what"].Value);
        Assert.Equal(expected, string.Join(' ', references));
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_uses_only_those_below_it(string project, string folder)
    {
        Assert.True(
            Layers.Of[project].TryGetValue(folder, out string[]? below), $"{project}/{folder}: what may it use?");
        var files = Repository.SourceFiles().Where(path => path.StartsWith($"src/{project}/{folder}/")).ToList();
        var broken =
            from path in files
            from used in UsedFolders(project, Repository.Read(path))
            where used != folder && !below.Contains(used)
            select $"{path} uses {used}: move what it needs down, or hand it in as a parameter";
        Assert.True(!broken.Any(), string.Join('\n', broken));
    }

    /// <summary>What comes from outside is handed in as a value, by the one that knows the command line.</summary>
    [Fact]
    public void The_command_line_alone_knows_console_environment_and_exit_code()
    {
        var broken =
            from path in Repository.SourceFiles()
            where path.StartsWith("src/") && !path.StartsWith("src/Nfqlb.Cli/")
            from Match match in OutsideWorld().Matches(Repository.Read(path))
            select $"{path}: {match.Value}";
        Assert.Empty(broken);
    }

    [Fact]
    public void No_folders_form_a_circle() => Assert.All(Layers.Of.Values, folders =>
    {
        // Each uses none but those that stand above it in the table.
        var known = new HashSet<string>();
        foreach (var (folder, below) in folders)
        {
            Assert.True(known.IsSupersetOf(below), $"{folder} uses what stands below it");
            known.Add(folder);
        }
    });

    [Fact]
    public void Uses_of_every_form_are_found()
    {
        Assert.Equal(["Flows"], UsedFolders("Nfqlb", "using Nfqlb.Flows;"));
        Assert.Equal(["Maglev"], UsedFolders("Nfqlb", "var size = new Nfqlb.Maglev.PoolSize(3, 1);"));
        Assert.Equal(["Classifier"], UsedFolders("Nfqlb", "private readonly Classifier _classifier;"));
        Assert.Equal(["Model"], UsedFolders("Nfqlb.Planning", "using Nfqlb.Planning.Model;\nusing Nfqlb.Flows;"));
    }

    private static IEnumerable<string> FoldersOf(string project) => Repository.SourceFiles()
        .Where(path => path.StartsWith($"src/{project}/") && path.Count(c => c == '/') > 2)
        .Select(path => path.Split('/')[2]).Distinct();

    /// <summary>Folders named in a directive or in full; the classifier itself is above all of them.</summary>
    private static IEnumerable<string> UsedFolders(string project, string source)
    {
        var folders = FoldersOf(project).ToHashSet();
        var named = Regex.Matches(source, $@"\b{Regex.Escape(project)}\.(\w+)\b")
            .Select(match => match.Groups[1].Value).Where(folders.Contains);
        var classifier = project == "Nfqlb" && Classifiers().IsMatch(source) ? (string[])["Classifier"] : [];
        return named.Concat(classifier).Distinct();
    }

    [GeneratedRegex("""<(Framework|Package|Project)Reference Include="(?<what>[^"]+)" """)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\bConsole\.\w+|\bEnvironment\.(\w*EnvironmentVariables?|Exit\w*|\w*CommandLine\w*)\b")]
    private static partial Regex OutsideWorld();

    [GeneratedRegex(@"\bClassifier\w*\b")]
    private static partial Regex Classifiers();
}
