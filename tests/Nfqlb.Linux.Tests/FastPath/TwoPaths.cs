using System.Reflection;
using Nfqlb.Drain;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Linux.Bpf;
using Nfqlb.Maglev;
using Nfqlb.Routing;
using Nfqlb.Tests.Flows.Index;

namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>The program in the kernel and the classifier, with the same flows and pools, given the same packets.
/// </summary>
internal sealed class TwoPaths : IDisposable
{
    private const int ClassifierWorker = 0;
    private const int KernelWorker = 1;
    private const int Workers = 2;
    private const int FirstMark = 100;
    private const long DrainNanoseconds = 100;
    private const int JudgedOneIn = 10;

    /// <summary>Packets that come from nowhere come by this one.</summary>
    private static readonly LinkIndex Loopback = new(1);

    private readonly TargetPool[] _pools;
    private readonly HashMode _hashMode;
    private readonly Dictionary<int, long> _expected = [];
    private readonly ConnectionTable _connections;
    private Cidr[] _vips = [];
    private long _now = 1;
    private Classifier _classifier;

    /// <param name="hashMode">Of SCTP.</param>
    /// <param name="program">Another program than ours; empty for that.</param>
    public TwoPaths(HashMode hashMode = HashMode.SctpPorts, ReadOnlySpan<byte> program = default)
    {
        Program = FastPathProgram.Load(program);
        _connections = new ConnectionTable(new DrainOptions { Nanoseconds = DrainNanoseconds, Clock = () => _now });
        _hashMode = hashMode;
        _pools = [Pool("a", 997, 10, 10), Pool("b", 9_973, 100, 33), Pool("c", 3, 1, 1), Pool("none", 101, 10, 0)];
        Tables = new FastPathTables(Program.Memory, KernelWorker, hashMode, MarkMask.All);
        Tables.SetLink(0, Loopback, isEthernet: true);
        Tables.Resume();
        (Flows, _classifier) = Begin();
    }

    public FastPathProgram Program { get; }

    public FastPathTables Tables { get; }

    public FlowTable Flows { get; private set; }

    /// <summary>Another program than ours, by its name in native/fastpath/Makefile.</summary>
    public static byte[] Built(string name)
    {
        string native = typeof(TwoPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(entry => entry.Key == "NativeDirectory").Value!;
        return File.ReadAllBytes(Path.Combine(native, "../out/native", $"fastpath-{name}.bpf.o"));
    }

    /// <summary>Packets that were compared; decided in the kernel; that the classifier gave to a target.</summary>
    public (long All, long Decided, long ToTarget) Tally { get; private set; }

    /// <summary>Gives flows to both, each with one of the pools.</summary>
    public void Fill(PlainFlow[] flows, Cidr[] vips)
    {
        (Flows, _classifier) = Begin();
        _expected.Clear();
        Flows.Fill([.. flows.Select((flow, i) => (flow.ToFlow(), (TargetPool?)_pools[i % 16 == 7 ? 3 : i % 3]))]);
        _vips = vips;
        Publish();
    }

    public void Set(PlainFlow flow, int pool) => Flows.Set(flow.ToFlow(), _pools[pool]);

    public void Publish()
    {
        Tables.Publish(Flows.Current, _vips);
        _classifier.StartBatch();
    }

    /// <summary>Another set of targets in a pool, in force on both paths; with those before, or some of them, it may
    /// drain.</summary>
    public void ChangePool(Random random)
    {
        _now += random.Next(0, (int)DrainNanoseconds);
        _classifier.StartBatch();
        var segment = _pools[random.Next(3)].Segment;
        int[] marks = [.. Enumerable.Range(0, segment.Size.Slots)
            .Select(slot => random.Next(3) == 0 ? -1 : random.Next(2) == 0 ? slot + 1 : random.Next(1, int.MaxValue))];
        segment.Publish(marks);
        Tables.Refresh();
        // Where the IP header stands the program then asks the kernel, as of packets in several pieces.
        Tables.SetLink(0, Loopback, isEthernet: random.Next(2) == 0);
    }

    /// <summary>Has both decide a packet: the same mark, or left alone.</summary>
    /// <returns>Whether the kernel decided it.</returns>
    public bool Compare(Frame frame, FrameKind kind = FrameKind.Ordinary, int segments = 0)
    {
        uint before = kind == FrameKind.Marked ? 7u : 0;
        var trial = Program.Try(frame.Bytes, before, segments);
        var verdict = _classifier.Classify(frame.Packet);
        Assert.Equal(-1, trial.Action);
        var (all, decided, toTarget) = Tally;
        bool isDecided = trial.Mark != before;
        Tally = (all + 1, decided + (isDecided ? 1 : 0), toTarget + (verdict.IsAccept ? 1 : 0));
        if (kind == FrameKind.Ordinary && frame.IsWhole && all % JudgedOneIn == 0)
        {
            Assert.Equal(isDecided ? (int)trial.Mark : null, Judged(frame.Packet));
        }
        if (!isDecided)
        {
            return false;
        }
        if (!verdict.IsAccept || (uint)verdict.Mark.Value != trial.Mark || kind != FrameKind.Ordinary)
        {
            Assert.Fail($"{kind} {Convert.ToHexString(frame.Bytes)}: mark {trial.Mark}, where the classifier "
                + (verdict.IsAccept ? $"says {verdict.Mark}" : "drops"));
        }
        Expect(frame.Packet, Math.Max(1, segments));
        return true;
    }

    /// <summary>What the kernel has counted is what it has decided.</summary>
    public void AssertCounts()
    {
        var before = Flows.Current.Entries.ToDictionary(entry => entry.Counter.Number, entry => entry.Counter.Sum);
        Tables.Gather();
        foreach (var entry in Flows.Current.Entries)
        {
            int number = entry.Counter.Number;
            Assert.Equal(_expected.GetValueOrDefault(number), entry.Counter.Sum - before[number]);
        }
        _expected.Clear();
    }

    public void Dispose() => Program.Dispose();

    /// <summary>The mark by the words of the maps, read in user space; null for none.</summary>
    private int? Judged(ReadOnlySpan<byte> bytes) =>
        Packets.Packet.TryParse(bytes, out var packet) == Packets.Unparsable.None
        && packet is { Kind: Packets.PacketKind.Ports, Part: Packets.FragmentPart.Whole }
            ? Tables.Judge(packet.Key, link: 0).Mark
            : null;

    private void Expect(ReadOnlySpan<byte> bytes, int packets)
    {
        Assert.Equal(Packets.Unparsable.None, Packets.Packet.TryParse(bytes, out var packet));
        Assert.True(Flows.Current.TryFind(packet, bytes, isPromiscuousPing: false, out var match));
        _expected[match.Counter.Number] = _expected.GetValueOrDefault(match.Counter.Number) + packets;
    }

    private (FlowTable Flows, Classifier Classifier) Begin()
    {
        var flows = new FlowTable(Workers);
        var options = new ClassifierOptions { Clock = () => _now, HashMode = _hashMode };
        return (flows, new Classifier(ClassifierWorker, flows, options));
    }

    private TargetPool Pool(string name, int entries, int slots, int targets)
    {
        var size = new PoolSize(entries, slots);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        segment.Publish([.. Enumerable.Range(0, slots).Select(slot => slot < targets ? FirstMark + slot : -1)]);
        return new TargetPool(new PoolName(name), segment, Workers, _connections);
    }
}
