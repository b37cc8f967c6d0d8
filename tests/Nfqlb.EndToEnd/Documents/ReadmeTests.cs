using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Documents;

/// <summary>What the README shows is what a reader who types it sees.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "README.md"));

    [KernelFact]
    public void Every_command_prints_what_is_shown_below_it()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        var commands = ConsoleBlock.AllOf(Readme);
        Assert.True(commands.Count > 8, "the README shows hardly any commands");
        foreach (var (typed, printed) in commands)
        {
            string[] words = typed.Split(' ');
            Assert.Equal("nfqlb", words[0]);
            if (words is [_, "flowlb", .. var options, "&"])
            {
                Assert.Equal("--queue=0:3", options[0]);
                balancer.StartFlowlb("0:3", options[1..]);
            }
            else
            {
                Assert.Equal(printed, balancer.Nfqlb(words[1..]).MustSucceed().Stdout);
            }
        }
    }

    [KernelFact]
    public void The_kernel_takes_the_rules_and_routes()
    {
        using var sandbox = new Sandbox();
        sandbox.First.Shell("""
            ip link add net0 type veth peer net1
            ip address add 192.0.2.254/24 dev net0
            ip address add 2001:db8:2::254/64 dev net0 nodad
            ip link set net1 up
            ip link set net0 up
            """);
        var balancer = new Balancer(sandbox.First);
        balancer.CreatePool("web", 997, 10);
        balancer.StartFlowlb("0:3");
        string[] scripts = [.. Readme.Split("```sh\n").Skip(1).Select(rest => rest.Split("```")[0])];
        Assert.Equal(2, scripts.Length);
        string inRepository = $"""
            PATH={Path.GetDirectoryName(Executables.Nfqlb)}:$PATH
            cd {Executables.RepositoryRoot}

            """;
        Assert.Contains("red", sandbox.First.Shell(inRepository + scripts[0]).Stdout);
        string route = sandbox.First.Run("ip", "route", "get", "203.0.113.10", "mark", "101").MustSucceed().Stdout;
        Assert.Contains("via 192.0.2.1 dev net0 table 101", route);
        Assert.Contains("+ flow web", sandbox.First.Shell(inRepository + scripts[1]).Stdout);
        Assert.DoesNotContain("101", sandbox.First.Run("ip", "rule").MustSucceed().Stdout);
    }

    [Fact]
    public void Every_link_to_a_file_leads_to_one()
    {
        string[] links = [.. Readme.Split("](").Skip(1).Select(rest => rest[..rest.IndexOf(')')])];
        string[] files = [.. links.Where(link => !link.StartsWith("http"))];
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Executables.RepositoryRoot, file)), file));
    }

    [Fact]
    public void Every_make_verb_it_names_exists()
    {
        string makefile = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "Makefile"));
        string[] verbs = [.. MakeVerb().Matches(Readme).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Contains("demo", verbs);
        Assert.Contains("test", verbs);
        Assert.All(verbs, verb => Assert.Contains($"\n{verb}:", makefile));
    }

    [GeneratedRegex(@"(?:^    |`)make ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex MakeVerb();
}
