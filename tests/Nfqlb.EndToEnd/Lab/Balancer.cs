using System.Text.Json;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>The host the product runs on: its commands, and its foreground process.</summary>
/// <param name="user">The words that run a command as another user; none for root.</param>
internal sealed class Balancer(NetworkNamespace host, params IReadOnlyList<string> user)
{
    /// <summary>A user who has one capability, as systemd gives it: ambient, and no other in any set.</summary>
    public static readonly IReadOnlyList<string> NobodyWithNetAdminAlone =
    [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all,+net_admin",
        "--inh-caps=-all,+net_admin", "--ambient-caps=+net_admin",
    ];

    public NetworkNamespace Host { get; } = host;

    /// <summary>Runs one nfqlb command to its end.</summary>
    public CommandResult Nfqlb(params IReadOnlyList<string> words) => Host.Run([.. user, Executables.Nfqlb, .. words]);

    /// <summary>What the running balancer counts.</summary>
    public JsonElement Counters() => JsonDocument.Parse(Nfqlb("counters").MustSucceed().Stdout).RootElement;

    /// <summary>Makes a target pool with these marks in its first slots.</summary>
    public void CreatePool(string name, int lookupSize, int maxTargets, params IReadOnlyList<int> marks)
    {
        Nfqlb("init", $"--shm={name}", $"--M={lookupSize}", $"--N={maxTargets}").MustSucceed();
        if (marks.Count > 0)
        {
            Nfqlb(["activate", $"--shm={name}", .. marks.Select(mark => $"{mark}")]).MustSucceed();
        }
    }

    /// <summary>Makes a tun device, through which flowlb can hand stored fragments back to the kernel.</summary>
    public void AddTun(string name) => Host.Shell($"""
        ip tuntap add mode tun {name}
        echo 0 > /proc/sys/net/ipv4/conf/{name}/rp_filter
        ip link set {name} up
        """);

    /// <summary>Starts flowlb and waits until it reads its queues and answers commands.</summary>
    /// <param name="queues">As typed after `--queue=`, for instance 0:3.</param>
    public BackgroundProcess StartFlowlb(string queues, params IReadOnlyList<string> options)
    {
        BackgroundProcess flowlb = Host.Start(
            [.. user, Executables.Nfqlb, "flowlb", $"--queue={queues}", .. options]);
        return WaitUntilReady(flowlb, queues);
    }

    /// <summary>Starts lb, which answers no commands, and waits until it reads its queues.</summary>
    /// <param name="queues">As typed after `--queue=`, for instance 0:3.</param>
    public BackgroundProcess StartLb(string queues, params IReadOnlyList<string> options) =>
        WaitUntilBound(Host.Start([.. user, Executables.Nfqlb, "lb", $"--queue={queues}", .. options]), queues);

    /// <summary>Waits until a flowlb, however it was started, reads its queues and answers commands.</summary>
    public static BackgroundProcess WaitUntilReady(BackgroundProcess flowlb, string queues, string socket = "@nfqlb")
    {
        WaitUntilBound(flowlb, queues);
        return flowlb.WaitUntil(() => ListensAt(flowlb, socket), $"socket {socket} listening");
    }

    private static BackgroundProcess WaitUntilBound(BackgroundProcess balancer, string queues)
    {
        int[] ends = [.. queues.Split(':').Select(int.Parse)];
        int wanted = ends[^1] - ends[0] + 1;
        return balancer.WaitUntil(() => BoundQueues(balancer).Count(q => q >= ends[0] && q <= ends[^1]) == wanted,
            $"queues {queues} bound");
    }

    /// <summary>The numbers of the queues that somebody has bound in the network namespace of a process.</summary>
    public static IReadOnlyList<int> BoundQueues(BackgroundProcess inside) =>
        [.. Queues(inside).Select(queue => queue.Number)];

    /// <summary>What the kernel knows of the queues in the network namespace of a process.</summary>
    public static IReadOnlyList<QueueStatus> Queues(BackgroundProcess inside) =>
        [.. ReadNetFile(inside, "netfilter/nfnetlink_queue").Select(QueueStatus.Parse)];

    // Column 6 of /proc/net/unix is the state; 01 is "unconnected", which for SO_ACCEPTCON sockets means listening.
    private static bool ListensAt(BackgroundProcess inside, string socket) =>
        ReadNetFile(inside, "unix").Any(line => line.EndsWith(' ' + socket) && line.Contains(" 00010000 "));

    // /proc/ID/net is the view of that process, so nothing has to be run inside.
    private static string[] ReadNetFile(BackgroundProcess inside, string file)
    {
        try
        {
            return File.ReadAllLines($"/proc/{inside.Id}/net/{file}");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return []; // it has not been started yet, or has ended: whoever waits finds out which
        }
    }
}
