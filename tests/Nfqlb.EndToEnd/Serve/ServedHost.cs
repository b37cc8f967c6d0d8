using System.Diagnostics;
using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Watching;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>A host that a `serve` keeps as files ask for.</summary>
internal sealed class ServedHost : IDisposable
{
    /// <summary>A second is promised; this machine may be busy.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    /// <summary>What it says when what the files ask for is in force.</summary>
    public const string Started = "notice started";

    public const string Http = "--http=unix:/dev/shm/http";

    private readonly Sandbox _sandbox = new();
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("nfqlb-serve-");

    public ServedHost()
    {
        Balancer = new Balancer(_sandbox.First);
        try
        {
            Host.Shell(QuietHost.Script + QuietHost.Forwards + """
                ip link set lo up
                ip link add lb type veth peer name lb-end
                ip link set lb-end addrgenmode none up
                ip link set lb addrgenmode none up
                ip address add 10.1.0.1/16 dev lb
                ip address add fd00:1::1/64 dev lb nodad
                """);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Balancer Balancer { get; }

    public NetworkNamespace Host => Balancer.Host;

    public BackgroundProcess Process { get; private set; } = null!;

    public static WantedFile File(params int[] slots) => new()
    {
        Vips = ["203.0.113.10/32", "2001:db8:99::1/128"],
        Pools = [new("web", 199, 20, [.. slots.Select(i => new WantedTarget(i, 101 + i, ControlHost.Via(1, i)))])],
        Flows = ["{name: http, target: web, protocols: tcp, dports: 80}"],
    };

    public string PathOf(string name) => Path.Combine(_files.FullName, name);

    /// <summary>Puts a file in the place of another, as one who does it well.</summary>
    public void Replace(string name, object text)
    {
        string next = PathOf(name) + ".new";
        System.IO.File.WriteAllText(next, $"{text}");
        System.IO.File.Move(next, PathOf(name), overwrite: true);
    }

    /// <summary>Starts it, and waits until it balances packets.</summary>
    public BackgroundProcess Start(string config, params IReadOnlyList<string> options) =>
        Process = Launch(config, options).WaitForOutput(Started);

    public BackgroundProcess Launch(string config, params IReadOnlyList<string> options) =>
        Host.Start(Words(config, options));

    /// <summary>What a person types.</summary>
    public IReadOnlyList<string> Words(string config, params IReadOnlyList<string> options) =>
        [Executables.Nfqlb, "serve", $"--config={PathOf(config)}", .. options];

    public NetworkNamespace AddNetworkNamespace(string name) => _sandbox.AddNetworkNamespace(name);

    public CommandResult Nfqlb(params IReadOnlyList<string> words) => Balancer.Nfqlb(words);

    /// <summary>Where marks lead, and all else, whatever the history of the files that are kept.</summary>
    public string Essence => KernelState.Read(Host).Essence;

    /// <returns>How long it took.</returns>
    public TimeSpan WaitForEssence(string essence, string what, TimeSpan? limit = null)
    {
        long start = Stopwatch.GetTimestamp();
        string last = "";
        try
        {
            Eventually.True(() => (last = Essence) == essence, what, limit ?? Soon);
        }
        catch (TimeoutException)
        {
            Assert.Equal($"{what}\n{essence}\n{Process.Stderr}", $"{what}\n{last}\n{Process.Stderr}");
        }
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>The marks of the pool, once they are these.</summary>
    public void WaitForMarks(params int[] marks) => Eventually.True(
        () => Marks().SequenceEqual(marks), $"marks {string.Join(' ', marks)}, not {string.Join(' ', Marks())}", Soon);

    public int[] Marks()
    {
        try
        {
            return [.. PoolMemory.Read(_sandbox.PathInSharedMemory("web")).Marks.Where(mark => mark > 0)];
        }
        catch (IOException)
        {
            return []; // It is not there, or somebody changes it.
        }
    }

    /// <summary>Of one that was started with <see cref="Http"/>.</summary>
    public MetricsText Metrics() => new(Page("/metrics"));

    public string Page(string path) => HttpView.Get(_sandbox.PathInSharedMemory("http"), path);

    public void Dispose()
    {
        try
        {
            _sandbox.Dispose();
        }
        finally
        {
            _files.Delete(recursive: true);
        }
    }
}
