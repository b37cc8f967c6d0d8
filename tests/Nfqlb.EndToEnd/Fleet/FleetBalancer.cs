using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Serve;
using Nfqlb.EndToEnd.Watching;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>A balancer of a fleet: `serve` with a file, and BIRD, which announces what it finds in table 4000.
/// </summary>
/// <param name="fleet">Where it is.</param>
/// <param name="number">From 1 on.</param>
/// <param name="host">Its host.</param>
internal sealed class FleetBalancer(FleetNetwork fleet, int number, NetworkNamespace host)
{
    /// <summary>Of the checks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Of the checks.</summary>
    public const int Fall = 3;

    /// <summary>So long entries drain: longer than a load lasts after a change.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(15);

    private const int FirstAddress = 11;

    // `ip netns exec` makes a mount namespace anyway.
    private readonly string[] _inside =
        ["sh", "-c", "mount --bind \"$0\" /dev/shm && exec \"$@\"", $"/dev/shm/{NameOf(number)}"];

    private BackgroundProcess _bird = null!;

    public static string NameOf(int number) => $"lb{number}";

    public NetworkNamespace Host => host;

    public BackgroundProcess Serve { get; private set; } = null!;

    /// <summary>The executable that runs next.</summary>
    public string Executable { get; set; } = Executables.Nfqlb;

    /// <summary>Nothing on its host is other than its file asks for.</summary>
    public bool IsAsAsked => host.Run([.. _inside, Executable, "status"]).Stdout
        .Contains("rules, routes, pools and flows are as asked for");

    /// <summary>The port of the bridge that it is on.</summary>
    public string LanPort => $"{host.Name}-lan";

    /// <summary>The commands that join it to the router and to the targets.</summary>
    public string Cables => FleetNetwork.Cable(host.Name, $"10.1.{number}", $"fd00:1:{number}", 30)
        + FleetNetwork.Plug(LanPort, host.Name, FirstAddress + number - 1);

    /// <summary>What it does not queue goes back to the router.</summary>
    public string Routes => $"""
        ip route add default via 10.1.{number}.1
        ip route add default via fd00:1:{number}::1
        """;

    public void StartBird() => _bird = fleet.StartBird(host, FleetRouting.OfBalancer(number));

    public void StopBird() => _bird.Stop();

    /// <summary>Starts, and waits until it balances packets.</summary>
    public void Start(params IReadOnlyList<string> options)
    {
        Directory.CreateDirectory(PathOf(""));
        if (!File.Exists(PathOf("lb.yaml")))
        {
            Ask([.. Enumerable.Repeat(1, FleetNetwork.TargetCount)]);
        }
        Serve = host.Start(
            [
                .. _inside, Executable, "serve", "--config=/dev/shm/lb.yaml", "--http=unix:/dev/shm/http",
                RuleSet.LongQueues, $"--drain-seconds={Drain.TotalSeconds}", .. options,
            ]).WaitForOutput(ServedHost.Started, FleetNetwork.Convergence);
    }

    /// <summary>Another process goes on.</summary>
    public void TakeOver()
    {
        BackgroundProcess old = Serve;
        Start("--takeover");
        CommandResult end = old.WaitForEnd();
        Assert.True(end.ExitCode == 0, $"{end}");
    }

    /// <summary>What its file asks for.</summary>
    public IReadOnlyList<int> Weights { get; private set; } = [];

    /// <summary>How often it has brought about what its file asks for.</summary>
    public long Changes => (long)Metrics()["""nfqlb_reconcile_total{result="changed"}"""];

    /// <summary>The file as it is now is in force.</summary>
    public bool IsFileRight => Metrics()["nfqlb_config_last_reload_successful"] == 1;

    /// <summary>Asks for these weights.</summary>
    public void Ask(IReadOnlyList<int> weights)
    {
        Weights = weights;
        string targets = string.Concat(fleet.Targets.Zip(weights).Select(
            pair => $"      - {pair.First.Line(pair.Second)}\n"));
        Write($$"""
            announce: {table: {{FleetRouting.Table}}}
            vips: [{{FleetNetwork.Vip4}}, "{{FleetNetwork.Vip6}}"]
            pools:
              - name: fleet
                M: 9973
                N: 100
                # Asks for an answer: a server that hangs has a kernel that takes connections for it.
                check:
                  type: udp
                  port: {{FleetNetwork.Port}}
                  payload: "hex:302e300a"
                  answer: t
                  interval: {{Interval.TotalMilliseconds}}ms
                  timeout: 400ms
                  fall: {{Fall}}
                targets:
            {{targets}}
            flows:
              - name: all
                target: fleet
                protocols: [tcp, udp]
                dsts: [{{FleetNetwork.Vip4}}, "{{FleetNetwork.Vip6}}"]
                dports: {{FleetNetwork.Port}}
            """);
    }

    /// <summary>Puts another file in its place.</summary>
    public void Write(string text)
    {
        File.WriteAllText(PathOf("lb.yaml.new"), text);
        File.Move(PathOf("lb.yaml.new"), PathOf("lb.yaml"), overwrite: true);
    }

    public MetricsText Metrics() => new(HttpView.Get(PathOf("http"), "/metrics"));

    /// <summary>One number for all that decides where a packet goes.</summary>
    public double TableChecksum => Metrics()["""nfqlb_pool_table_checksum{pool="fleet"}"""];

    private string PathOf(string name) => fleet.PathInSharedMemory(Path.Combine(host.Name, name));
}
