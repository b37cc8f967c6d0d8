using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Documents;

/// <summary>What the README shows is what a reader who types it sees.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "README.md"));

    private static readonly string[] Scripts =
        [.. Readme.Split("```sh\n").Skip(1).Select(rest => rest.Split("```")[0])];

    [KernelFact]
    public void From_nothing_to_a_balanced_address_every_command_prints_what_is_shown_below_it()
    {
        using var sandbox = new Sandbox();
        (NetworkNamespace client, NetworkNamespace[] targets) = Surround(sandbox);
        var balancer = new Balancer(sandbox.First);
        var commands = ConsoleBlock.AllOf(Readme);
        int lastOfSetUp = commands.ToList().FindIndex(command => command.Typed == "nfqlb show --shm=web");
        Assert.InRange(lastOfSetUp, 1, 9); // ten lines at most
        Assert.True(commands.Count > lastOfSetUp + 5, "the README shows hardly any commands");
        foreach (NetworkNamespace target in targets)
        {
            target.Shell(Scripts[0]);
            target.Start(Executables.Traffic, "serve", $"--name={target.Name}", "--port=80").WaitForOutput("ready\n");
        }

        foreach (var (typed, printed) in commands.Take(lastOfSetUp + 1))
        {
            Type(balancer, typed, printed);
        }
        string answers = client.Run(
            Executables.Traffic, "ask", "--to=203.0.113.10", "--port=80", "--proto=tcp", "--connections=32")
            .MustSucceed().Stdout;

        Assert.Contains("asked=32 answered=32 lost=0", answers);
        Assert.All(targets, target => Assert.Contains($"server {target.Name} ", answers));
        balancer.Nfqlb("status").MustSucceed();
        foreach (var (typed, printed) in commands.Skip(lastOfSetUp + 1))
        {
            Type(balancer, typed, printed);
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
        balancer.StartFlowlb("0:3");
        Assert.Equal(3, Scripts.Length); // on a target; a file; a command each
        string inRepository = $"""
            PATH={Path.GetDirectoryName(Executables.Nfqlb)}:$PATH
            cd {Executables.RepositoryRoot}

            """;
        Assert.Contains("+ flow web", sandbox.First.Shell(inRepository + Scripts[1]).Stdout);
        Assert.DoesNotContain("101", sandbox.First.Run("ip", "rule").MustSucceed().Stdout);
        Assert.Contains("red", sandbox.First.Shell(inRepository + Scripts[2]).Stdout);
        string route = sandbox.First.Run("ip", "route", "get", "203.0.113.10", "mark", "101").MustSucceed().Stdout;
        Assert.Contains("via 192.0.2.1 dev net0 table 101", route);
    }

    /// <summary>With the kernel deciding what it can, so that both paths are shown.</summary>
    [KernelFact]
    public void The_demo_loses_nothing_and_draws_what_it_says()
    {
        string demo = Path.Combine(Executables.RepositoryRoot, "examples", "demo", "demo.sh");
        string shown = Command.Run(
            ["env", "FAST_PATH=1", $"NFQLB={Executables.Nfqlb}", $"TRAFFIC={Executables.Traffic}", demo],
            limit: TimeSpan.FromMinutes(2)).MustSucceed().Stdout;

        Assert.Matches("ideal +25\\.0 % +▲", shown);
        Assert.Contains("The kernel decided", shown);
        Assert.Contains("Only what had to move has moved", shown);

        // As printed, but for numbers.
        string[] printed = [.. shown.Split('\n').Select(WithoutNumbers)];
        string[] promised = [.. Readme.Split("```text\n")[1].Split("```")[0].Trim().Split('\n').Select(WithoutNumbers)];
        Assert.True(promised.Length > 20, "the README shows hardly anything");
        int at = 0;
        Assert.All(promised, line => Assert.True(
            (at = Array.IndexOf(printed, line, at) + 1) > 0, $"not printed, or not in this order: {line}"));
    }

    private static string WithoutNumbers(string line) =>
        Regex.Replace(Regex.Replace(line, @"\d+(\.\d+)?", "0"), "[ █▏▎▍▌▋▊▉]+", " ").Trim();

    [Fact]
    public void Every_link_of_a_document_leads_to_a_file_and_a_heading_of_it()
    {
        string root = Executables.RepositoryRoot;
        string[] documents =
            [.. Directory.GetFiles(root, "*.md"), .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md")];
        foreach (string document in documents)
        {
            var links = File.ReadAllText(document).Split("](").Skip(1).Select(rest => rest[..rest.IndexOf(')')]);
            string[] files = [.. links.Where(link => !link.StartsWith("http"))];
            Assert.NotEmpty(files);
            Assert.All(files, link => Assert.True(IsThere(document, link), $"{document}: {link}"));
        }
    }

    [Fact]
    public void Every_make_verb_it_names_exists()
    {
        string makefile = string.Concat(((string[])["Makefile", "packaging/packaging.mk"])
            .Select(file => File.ReadAllText(Path.Combine(Executables.RepositoryRoot, file))));
        string[] verbs = [.. MakeVerb().Matches(Readme).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Contains("demo", verbs);
        Assert.Contains("test", verbs);
        Assert.All(verbs, verb => Assert.Contains($"\n{verb}:", makefile));
    }

    private static bool IsThere(string document, string link)
    {
        string[] parts = link.Split('#');
        string file = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        return Path.Exists(file) && (parts.Length == 1 || File.ReadLines(file)
            .Where(line => line.StartsWith('#'))
            .Any(heading => Anchor(heading.TrimStart('#', ' ')) == parts[1]));
    }

    /// <summary>As GitHub makes it of a heading.</summary>
    private static string Anchor(string heading) => string.Concat(heading.ToLowerInvariant()
        .Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')
        .Select(letter => letter == ' ' ? '-' : letter));

    private static void Type(Balancer balancer, string typed, string printed)
    {
        string[] words = typed.Split(' ');
        if (words is ["nfqlb", "flowlb", "--queue=0:3", .. var options, "&"])
        {
            balancer.StartFlowlb("0:3", options);
            return;
        }
        CommandResult result = words is ["nfqlb", .. var arguments]
            ? balancer.Nfqlb(arguments)
            : balancer.Host.Run(words);
        Assert.Equal((typed, printed), (typed, result.MustSucceed().Stdout));
    }

    /// <summary>The network that the README speaks of: a client behind the balancer, two targets on one link of it.
    /// </summary>
    private static (NetworkNamespace Client, NetworkNamespace[] Targets) Surround(Sandbox sandbox)
    {
        NetworkNamespace balancer = sandbox.First;

        NetworkNamespace Join(string name, string address, string gateway)
        {
            NetworkNamespace host = sandbox.AddNetworkNamespace(name);
            host.Shell(QuietHost.Script);
            balancer.Shell($"""
                ip link add {name} type veth peer name eth0 netns {name}
                ip link set {name} up
                """);
            host.Shell($"""
                ip address add {address} dev eth0
                ip link set eth0 up
                ip route add default via {gateway}
                """);
            return host;
        }
        balancer.Shell(QuietHost.Script);
        NetworkNamespace client = Join("client", "198.51.100.7/24", "198.51.100.1");
        NetworkNamespace[] targets =
            [Join("red", "192.0.2.1/24", "192.0.2.254"), Join("blue", "192.0.2.2/24", "192.0.2.254")];
        balancer.Shell("""
            ip address add 198.51.100.1/24 dev client
            ip link add net0 type bridge
            ip address add 192.0.2.254/24 dev net0
            ip link set red master net0
            ip link set blue master net0
            ip link set net0 up
            """);
        return (client, targets);
    }

    [GeneratedRegex(@"(?:^    |`)make ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex MakeVerb();
}
