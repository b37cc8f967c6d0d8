using System.Diagnostics;
using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>Targets that do not answer get no packets, and get them again when they do.</summary>
[BesideOthers]
public sealed class CheckTests : IDisposable
{
    private const int TargetCount = 4, Port = 8080, Fall = 3;
    private const string Vip = "203.0.113.1";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>A second more is promised, and the command that looks takes another where this machine is busy.
    /// </summary>
    private static readonly TimeSpan Soon = Interval * Fall + TimeSpan.FromSeconds(2);

    private readonly ITestOutputHelper _output;
    private readonly Testbed _testbed = new(TargetCount, isRouted: false);
    private readonly BackgroundProcess[] _servers = new BackgroundProcess[TargetCount];
    private BackgroundProcess _serve = null!;

    public CheckTests(ITestOutputHelper output)
    {
        _output = output;
        _testbed.LetTargetsAnswer();
        for (int i = 0; i < TargetCount; i++)
        {
            StartServer(i);
        }
    }

    public void Dispose() => _testbed.Dispose();

    [KernelFact]
    public void A_target_whose_server_dies_is_out_and_back_and_connections_of_others_stay()
    {
        Serve("type: tcp, port: 8080", slowStart: "2s");
        uint table = Pool().GetProperty("checksum").GetUInt32();
        BackgroundProcess asking = _testbed.Client.Start(
            Executables.Traffic, "ask", $"--to={Vip}", $"--port={Port}", "--proto=tcp", "--connections=200",
            "--rate=2000", "--seconds=6", "--moves=/dev/shm/moves").WaitForOutput("ready\n");
        Thread.Sleep(TimeSpan.FromSeconds(1));
        long start = Stopwatch.GetTimestamp();
        StopServer(1);
        WaitFor("gbgg", start, "the server dies");
        asking.WaitForEnd();
        string[][] moves =
            [.. File.ReadLines(_testbed.PathInSharedMemory("moves")).Select(line => line.Split(' '))];
        _output.WriteLine($"{moves.Length} of 200 connections moved\n{asking.Stdout}");
        Assert.NotEmpty(moves);
        Assert.All(moves, move => Assert.Equal(_testbed.Targets[1].Host.Name, move[3]));

        Assert.Contains("target is bad", _serve.Stderr);
        Assert.Contains("web/blue (mark 102): checks find it bad, since ", Nfqlb("status").Stdout);
        Assert.Contains("Connection refused", Nfqlb("status").Stdout);
        Assert.Matches(@"good, since \S+ \S+, last check [0-9.]+ ms", Nfqlb("target-list").Stdout);

        start = Stopwatch.GetTimestamp();
        StartServer(1);
        WaitFor("gggg", start, "the server is back");
        Assert.Contains("target is good again", _serve.Stderr);

        // Little by little, and then the very table that there was.
        var weights = new SortedSet<double>();
        Eventually.True(
            () => weights.Add(Pool().GetProperty("targets")[1].GetProperty("effective_weight").GetDouble())
                && weights.Max == 1,
            "it has all of its weight", TimeSpan.FromSeconds(4));
        _output.WriteLine(string.Join(' ', weights));
        Assert.InRange(weights.Count, 2, 8); // A busy machine looks seldom.
        Assert.Equal(table, Pool().GetProperty("checksum").GetUInt32());
    }

    [KernelFact]
    public void A_link_that_is_cut_and_an_address_that_a_target_lacks_are_seen()
    {
        Serve("type: tcp, port: 8080");
        long start = Stopwatch.GetTimestamp();
        _testbed.Targets[0].Host.Shell($"ip link set {Testbed.Uplink} down");
        WaitFor("bggg", start, "the link is cut");

        start = Stopwatch.GetTimestamp();
        _testbed.Targets[2].Host.Shell($"ip address del {Vip}/32 dev lo");
        WaitFor("bgbg", start, "the target lacks the address");
        string why = Nfqlb("target-list").Stdout;
        _output.WriteLine(why);
        Assert.Equal(2, why.Split('\n').Count(line => line.Contains("bad, since")));

        start = Stopwatch.GetTimestamp();
        _testbed.Targets[2].Host.Shell($"ip address add {Vip}/32 dev lo");
        WaitFor("bggg", start, "it has it again");

        // Its own address it has all the time.
        Write("type: icmp");
        _testbed.Targets[2].Host.Shell($"ip address del {Vip}/32 dev lo");
        Thread.Sleep(Soon);
        Assert.Equal("bggg", Healths());
    }

    [KernelFact]
    public void Where_too_few_are_left_all_are_used_and_it_is_told()
    {
        Serve("type: tcp, port: 8080", "50%");
        StopServer(0);
        StopServer(1);
        WaitFor("bbgg", Stopwatch.GetTimestamp(), "half of them");
        StopServer(2);
        WaitFor("uuug", Stopwatch.GetTimestamp(), "panic");
        _serve.WaitForOutput("too few targets are good: all are used");
        Assert.Contains("bad, used all the same", Nfqlb("status").Stdout);

        StartServer(0);
        StartServer(1);
        WaitFor("ggbg", Stopwatch.GetTimestamp(), "it ends");
        _serve.WaitForOutput("good targets alone are used again");
    }

    [KernelFact]
    public void A_takeover_and_a_restart_go_on_with_the_verdict()
    {
        Serve("type: http, port: 8080, status: 200");
        // What answers with its name is no HTTP server.
        WaitFor("bbbb", Stopwatch.GetTimestamp(), "no HTTP", TimeSpan.FromSeconds(4));
        BackgroundProcess next = StartServe("--takeover");
        _serve.WaitForEnd();
        Assert.Equal("bbbb", Healths());
        next.Signal(PosixSignalNumber.Kill);
        next.WaitForEnd();
        Assert.Equal("bbbb", Healths());
        Assert.Contains("no target is checked", Nfqlb("status").Stdout);
        Write("type: tcp, port: 8080");
        _serve = StartServe();
        WaitFor("gggg", Stopwatch.GetTimestamp(), "another check", TimeSpan.FromSeconds(3));

        // Whoever is not checked is not bad.
        StopServer(3);
        WaitFor("gggb", Stopwatch.GetTimestamp(), "one dies", TimeSpan.FromSeconds(5));
        Write(check: null);
        WaitFor("uuuu", Stopwatch.GetTimestamp(), "no checks", TimeSpan.FromSeconds(3));
    }

    [KernelFact]
    public void Apply_alone_says_that_nobody_checks()
    {
        Write("type: tcp, port: 8080");
        BackgroundProcess flowlb = _testbed.Balancer.Host.Start(Executables.Nfqlb, "flowlb", "--queue=0:3");
        flowlb.WaitForOutput("started");
        CommandResult applied = Nfqlb("apply", "-f", "/dev/shm/lb.yaml");
        Assert.Contains("checks are run by `nfqlb serve`, and none runs here: no target is checked", applied.Stderr);
        Assert.Contains("check:", Nfqlb("export").Stdout);
        Assert.Contains("Nothing to do", Nfqlb("apply", "-f", "/dev/shm/lb.yaml").Stdout);
    }

    private void Serve(string check, string? panic = null, string? slowStart = null)
    {
        Write(check, panic, slowStart);
        _serve = StartServe();
        if (!check.Contains("http"))
        {
            WaitFor("gggg", Stopwatch.GetTimestamp(), "all answer");
        }
    }

    private BackgroundProcess StartServe(params string[] options) => _testbed.Balancer.Host.Start(
        [Executables.Nfqlb, "serve", "--config=/dev/shm/lb.yaml", .. options]).WaitForOutput(ServedHost.Started);

    private void Write(string? check, string? panic = null, string? slowStart = null)
    {
        string[] names = ["red", "blue", "green", "gold"];
        string targets = string.Concat(names.Select((name, i) =>
            $"      - {{name: {name}, slot: {i}, mark: {101 + i}, via: 192.0.2.{4 * (i + 1) + 2}}}\n"));
        string checks = check is null ? ""
            : $"    check: {{{check}, interval: 500ms, rise: 2, fall: {Fall}}}\n";
        string path = _testbed.PathInSharedMemory("lb.yaml");
        File.WriteAllText(path + ".tmp", $"""
            vips: [{Vip}]
            pools:
              - name: web
                N: 10
            {checks}{Line("panic", panic)}{Line("slow_start", slowStart)}    targets:
            {targets}flows:
              - {"{"}name: all, target: web, dsts: [{Vip}/32]{"}"}
            """);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static string Line(string key, string? value) => value is null ? "" : $"    {key}: {value}\n";

    private void StartServer(int i) => _servers[i] = _testbed.Targets[i].Host
        .Start(Executables.Traffic, "serve", $"--name={_testbed.Targets[i].Host.Name}", $"--port={Port}")
        .WaitForOutput("ready\n");

    private void StopServer(int i)
    {
        _servers[i].Signal(PosixSignalNumber.Kill);
        _servers[i].WaitForEnd();
    }

    private CommandResult Nfqlb(params IReadOnlyList<string> words) => _testbed.Balancer.Nfqlb(words);

    private void WaitFor(string healths, long start, string what, TimeSpan? limit = null)
    {
        try
        {
            Eventually.True(() => Healths() == healths, what, limit ?? Soon);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"{e.Message}: {Healths()}, not {healths}\n{_serve.Stderr}\n{Nfqlb("target-list").Stdout}", e);
        }
        _output.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:f0} ms: {what}");
    }

    /// <summary>As the pool was told: g good, b bad, u unknown.</summary>
    private string Healths() => string.Concat(Pool().GetProperty("targets").EnumerateArray()
        .Select(target => target.GetProperty("health").GetString()![0]));

    private JsonElement Pool() => JsonElement.Parse(Nfqlb("show", "--shm=web", "--output=json").Stdout);
}
