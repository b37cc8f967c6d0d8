using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Serve;

namespace Nfqlb.EndToEnd.Documents;

/// <summary>Whoever follows docs/serve.md on an empty machine with two links has a balanced service.</summary>
[BesideOthers]
public sealed class ServeGuideTests : IDisposable
{
    /// <summary>Says who it is, over HTTP.</summary>
    private const string Server = """
        my $socket = IO::Socket::INET->new(LocalPort => 80, Listen => 50, ReuseAddr => 1) or die;
        while (my $client = $socket->accept) {
            while (<$client>) { last if /^\r?$/ }
            print $client "HTTP/1.0 200 OK\r\n\r\n$ARGV[0]\n";
        }
        """;

    private const string Question =
        "exec 3<>/dev/tcp/203.0.113.10/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n1 <&3";

    private static readonly string[] Scripts =
    [
        .. File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "docs", "serve.md"))
            .Split("## From an empty machine")[1].Split("\n## ")[0]
            .Split("```sh\n").Skip(1).Select(rest => rest.Split("```")[0].Replace("/etc/nfqlb", "/dev/shm/etc")),
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [KernelFact]
    public void What_is_typed_there_balances_and_a_dead_server_gets_nothing()
    {
        (NetworkNamespace client, NetworkNamespace[] targets) = Surround();
        var servers = new List<BackgroundProcess>();
        foreach (NetworkNamespace target in targets)
        {
            target.Shell(Scripts[1]);
            servers.Add(target.Start("perl", "-MIO::Socket::INET", "-e", Server, target.Name));
        }
        var balancer = new Balancer(_sandbox.First);
        string[] typed = Scripts[0].TrimEnd().Split('\n');
        Assert.StartsWith("nfqlb serve ", typed[^1]);
        _sandbox.First.Shell(
            $"PATH={Path.GetDirectoryName(Executables.Nfqlb)}:$PATH\n" + string.Join('\n', typed[..^1]));
        BackgroundProcess serve = _sandbox.First
            .Start([Executables.Nfqlb, .. typed[^1].TrimEnd('&', ' ').Split(' ')[1..]])
            .WaitForOutput(ServedHost.Started);

        Eventually.True(
            () => string.Concat(Answers(client).Order().Distinct()) == "bluered", "an answer of each",
            TimeSpan.FromSeconds(20));
        Eventually.True(
            () => balancer.Nfqlb("status").ExitCode == 0, "all to be well");
        servers[0].Signal(PosixSignalNumber.Kill);
        servers[0].WaitForEnd();
        serve.WaitForOutput("target is bad object=web/red", TimeSpan.FromSeconds(10));
        Eventually.True(() => Answers(client).All(name => name == "blue"), "answers of blue alone");
        Assert.Contains("bad, since", balancer.Nfqlb("target-list").Stdout);
    }

    private static string[] Answers(NetworkNamespace client) =>
        [.. Enumerable.Range(0, 10).Select(_ => client.Run("timeout", "2", "bash", "-c", Question).Stdout.Trim())];

    /// <summary>A client on one link, two servers on the other; what they answer goes by the balancer, as no other way
    /// leads to the client.</summary>
    private (NetworkNamespace Client, NetworkNamespace[] Targets) Surround()
    {
        NetworkNamespace balancer = _sandbox.First;
        balancer.Shell(QuietHost.Script);
        NetworkNamespace Join(string name, string link, string address, string gateway)
        {
            NetworkNamespace host = _sandbox.AddNetworkNamespace(name);
            host.Shell(QuietHost.Script);
            balancer.Shell($"""
                ip link add {link} type veth peer name eth0 netns {name}
                ip link set {link} up
                """);
            host.Shell($"""
                ip address add {address} dev eth0
                ip link set eth0 up
                ip route add default via {gateway}
                """);
            return host;
        }
        NetworkNamespace client = Join("client", "eth0", "198.51.100.7/24", "198.51.100.1");
        NetworkNamespace[] targets =
            [Join("red", "port0", "192.0.2.1/24", "192.0.2.254"), Join("blue", "port1", "192.0.2.2/24", "192.0.2.254")];
        balancer.Shell("""
            ip address add 198.51.100.1/24 dev eth0
            ip link add eth1 type bridge
            ip address add 192.0.2.254/24 dev eth1
            ip link set port0 master eth1
            ip link set port1 master eth1
            ip link set eth1 up
            """);
        return (client, targets);
    }
}
