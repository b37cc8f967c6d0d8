using System.Net;
using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Does something to a running balancer, at random, every kind of thing about as often.</summary>
internal sealed class Unrest
{
    private const int FlowCount = 8, MostWatchers = 4, OrphansInFlood = 1_000, OrphansPerSecond = 5_000;

    private static readonly IPAddress Flooder = IPAddress.Parse("198.18.200.200");

    private static readonly string[] Selections =
        ["packet", "flows", "log,flow-conf,target", "frag,sctp", "packet,log"];

    private readonly Testbed _testbed;
    private readonly Random _random;
    private readonly (string Name, Action Do)[] _kinds;
    private readonly Queue<int> _deck = [];
    private readonly List<BackgroundProcess> _watchers = [];
    private BackgroundProcess? _flood;
    private int _nextOrphan = 1;
    private readonly Dictionary<string, int> _done = [];

    public Unrest(Testbed testbed, Random random, Setting first)
    {
        (_testbed, _random, History) = (testbed, random, new SettingHistory(first));
        _kinds =
        [
            ("flow set", SetFlow), ("flow set", SetFlow), ("flow deleted", DeleteFlow),
            ("slot changed", ChangeSlot), ("slot changed", ChangeSlot), ("target changed", ChangeTarget),
            ("trace", Trace), ("capture", Capture), ("trace flow set", SetTraceFlow),
            ("trace flow deleted", DeleteTraceFlow), ("log level", SetLogLevel), ("listing", List), ("abuse", Abuse),
            ("orphan flood", FloodWithOrphans),
        ];
    }

    /// <summary>Since the last call of <see cref="BeginHistory"/>.</summary>
    public SettingHistory History { get; private set; }

    /// <summary>Whether a target may go, with its routes.</summary>
    /// <remarks>Fragments follow the first one of their packet for `--ft_ttl`, also to a target that has left the pool
    /// meanwhile. Here that is far longer than routes stay.</remarks>
    public bool MayDeleteTargets { get; set; }

    /// <summary>How often each kind of thing was done.</summary>
    public IReadOnlyDictionary<string, int> Done => _done;

    /// <summary>How many different kinds of things there are.</summary>
    public const int KindCount = 12;

    /// <summary>Orphans sent since the last call of <see cref="BeginHistory"/>.</summary>
    public int Orphans { get; private set; }

    public void BeginHistory() => (History, Orphans) = (new SettingHistory(History.Current), 0);

    /// <summary>Waits until no orphan is on its way to the balancer any more.</summary>
    public void AwaitFlood() => _flood?.WaitForEnd().MustSucceed();

    /// <summary>Does the next thing.</summary>
    public void Act()
    {
        if (_deck.Count == 0)
        {
            int[] deck = [.. Enumerable.Range(0, _kinds.Length)];
            _random.Shuffle(deck);
            Array.ForEach(deck, _deck.Enqueue);
        }
        (string name, Action @do) = _kinds[_deck.Dequeue()];
        @do();
        _done[name] = _done.GetValueOrDefault(name) + 1;
    }

    /// <summary>Waits until nobody watches any more; all that do have a time limit.</summary>
    public void AwaitWatchers()
    {
        foreach (BackgroundProcess watcher in _watchers)
        {
            watcher.WaitForEnd(TimeSpan.FromSeconds(30));
        }
        _watchers.Clear();
    }

    private void SetFlow()
    {
        // A priority of its own for each name: which one of two wins does not hang on when they were made.
        int number = _random.Next(FlowCount);
        int first = _random.Next(1, 60_000);
        var flow = new FlowModel($"f{number}", _random.Next(2) == 0 ? Setting.Web : Setting.Alt)
        {
            Priority = 10 + number,
            Protocols = Any<string[]>([["tcp"], ["udp"], ["tcp", "udp"], ["sctp"]]),
            DestinationPorts = [$"{first}-{Math.Min(65_535, first + _random.Next(30_000))}"],
            Sources = Any<string[]>([[], [], ["198.18.0.0/16"], ["198.19.0.0/16", "2001:2::/97"]]),
            Destinations = Any<string[]>([[], [], [$"{Testbed.VirtualAddresses[0]}/32"], ["2001:db8::/32"]]),
        };
        if (_random.Next(4) == 0)
        {
            flow = flow with { Protocols = [], DestinationPorts = [] };
        }
        History.Change(History.Current.WithFlow(flow), () => Nfqlb([.. flow.SetCommand]));
    }

    private void DeleteFlow()
    {
        string name = $"f{_random.Next(FlowCount)}";
        History.Change(History.Current.WithoutFlow(name), () => Nfqlb("flow-delete", $"--name={name}"));
    }

    private void ChangeSlot()
    {
        int slot = _random.Next(_testbed.Targets.Count);
        int mark = _testbed.Targets[slot].Mark;
        if (MayEmpty(Setting.Web, slot))
        {
            History.Change(History.Current.WithSlot(Setting.Web, slot, null),
                () => Nfqlb("deactivate", $"--shm={Setting.Web}", $"--index={slot}"));
        }
        else
        {
            History.Change(History.Current.WithSlot(Setting.Web, slot, mark),
                () => Nfqlb("activate", $"--shm={Setting.Web}", $"--index={slot}", $"{mark}"));
        }
    }

    private void ChangeTarget()
    {
        int target = _random.Next(_testbed.Targets.Count);
        if (MayDeleteTargets && MayEmpty(Setting.Alt, target))
        {
            History.Change(History.Current.WithSlot(Setting.Alt, target, null),
                () => Nfqlb("target-delete", $"--shm={Setting.Alt}", $"--name=t{target}"));
        }
        else
        {
            History.Change(History.Current.WithSlot(Setting.Alt, target, Setting.AltMark(target)),
                () => Nfqlb(SetTargetCommand(target)));
        }
    }

    /// <summary>The words that make a target known in <see cref="Setting.Alt"/>.</summary>
    public static string[] SetTargetCommand(int target) =>
    [
        "target-set", $"--shm={Setting.Alt}", $"--name=t{target}", $"--mark={Setting.AltMark(target)}",
        $"--index={target}", $"--via=192.0.2.{4 * (target + 1) + 2},2001:db8:{target + 1:x}::2",
    ];

    // A pool without targets would have nowhere to send packets to.
    private bool MayEmpty(string pool, int slot) =>
        History.Current.Pools[pool] is var marks && marks[slot] is not null && marks.Count(mark => mark is { }) > 1;

    private void Trace() => Watch($"{Executables.Nfqlb} trace --selection={Any(Selections)} > /dev/null");

    // Reads nothing for a second, so that the balancer has to leave packets out.
    private void Capture() =>
        Watch($"{Executables.Nfqlb} capture --seconds=2 | {{ sleep 1; cat > /dev/null; }}");

    // Whether one more may watch, and whether the balancer outlives it, is decided elsewhere: only the traffic counts.
    private void Watch(string command)
    {
        _watchers.RemoveAll(watcher => watcher.HasEnded && watcher.WaitForEnd() is not null);
        if (_watchers.Count < MostWatchers)
        {
            _watchers.Add(_testbed.Balancer.Host.Start(
                "sh", "-c", "timeout 3 sh -c \"$1\" 2> /dev/null; true", "watcher", command));
        }
    }

    private void SetTraceFlow() => Nfqlb("trace-flow-set", $"--name=t{_random.Next(4)}", "--protocols=tcp,udp",
        $"--dports={_random.Next(1, 30_000)}-60000");

    private void DeleteTraceFlow() => Nfqlb("trace-flow-delete", $"--name=t{_random.Next(4)}");

    private void SetLogLevel() => Nfqlb("loglevel", $"{_random.Next(3, 8)}");

    private void List() => Nfqlb(Any(["flow-list", "counters", "flow-list-names", "trace-flow-list", "target-list"]));

    private void Abuse() => _testbed.Balancer.Host.Run("perl", "-MSocket", "-e", RudeClient.Script,
        Any(RudeClient.Habits), $"{_random.Next()}").MustSucceed();

    // One at a time, all from one source. They fill the room for stored fragments, in which others must find theirs.
    private void FloodWithOrphans()
    {
        if (_flood is { HasEnded: false })
        {
            return;
        }
        AwaitFlood();
        byte[][] orphans = [.. OrphanFlood.Make(OrphansInFlood, [Flooder], _nextOrphan)];
        PcapFile.Write(_testbed.PathInSharedMemory("orphans-to-send"), orphans);
        _flood = _testbed.Client.Start([Executables.Traffic, "replay", "/dev/shm/orphans-to-send",
            $"--dev={Testbed.Uplink}", $"--mac={Testbed.ClientGateway}", $"--rate={OrphansPerSecond}"]);
        _nextOrphan += OrphansInFlood;
        Orphans += OrphansInFlood;
    }

    private void Nfqlb(params string[] words) => _testbed.Balancer.Nfqlb(words).MustSucceed();

    private T Any<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
