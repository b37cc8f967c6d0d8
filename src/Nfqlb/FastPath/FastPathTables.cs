using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Routing;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>What the program in the kernel decides by, kept as flows and pools are.</summary>
/// <remarks>One thread at a time, but for <see cref="Pause"/> and <see cref="Resume"/>. It begins paused.</remarks>
public sealed class FastPathTables : IFastPathPlaces
{
    private readonly FastPathMemory _memory;
    private readonly FastPathCompiler _compiler;
    private readonly Publication _publication;
    private readonly PoolTables _pools;
    private readonly ExitTable _exits;
    private readonly FastPathCounts _counts;
    private ImmutableArray<FlowEntry> _entries = [];

    /// <param name="memory">The kernel's maps, all 0.</param>
    /// <param name="worker">Which worker the program is among those that count.</param>
    /// <param name="hashMode">What of an SCTP packet is hashed.</param>
    /// <param name="mask">The bits of marks that it may set.</param>
    /// <param name="links">The links that packets are counted by, by their index; not more than
    /// <see cref="MostLinks"/>.</param>
    public FastPathTables(
        FastPathMemory memory, int worker, HashMode hashMode, MarkMask mask, IReadOnlyList<int> links)
    {
        _memory = memory;
        _compiler = new FastPathCompiler(this);
        _publication = new Publication(memory.Control);
        _pools = new PoolTables(memory.Pools);
        _exits = new ExitTable(memory.Exits);
        _counts = new FastPathCounts(memory, worker);
        var control = MemoryMarshal.Cast<byte, uint>(memory.Control.Span);
        control[FASTPATH_CONTROL_MARK_MASK] = mask.Bits;
        control[FASTPATH_CONTROL_SCTP_PORTS] = hashMode == HashMode.SctpPorts ? 1u : 0;
        for (int link = 0; link < links.Count; link++)
        {
            control[FASTPATH_CONTROL_LINKS + link] = (uint)links[link];
        }
        Pause();
    }

    /// <summary>The priority (skb->priority) that the program gives a packet beside its mark.</summary>
    public const uint DecidedPriority = FASTPATH_PRIORITY;

    /// <summary>How many links can be counted apart.</summary>
    public static int MostLinks => FASTPATH_LINKS_MAX;

    /// <summary>How many outcomes a packet can have; see native/fastpath/layout.h.</summary>
    public static int Outcomes => FASTPATH_OUTCOMES;

    /// <summary>The last image that was published; null for none yet.</summary>
    public FastPathImage? Image { get; private set; }

    /// <summary>True while every packet is left to user space.</summary>
    public bool IsPaused => _publication.IsPaused;

    /// <summary>From the return of this on no packet is decided, until it is resumed as often as it was paused.
    /// </summary>
    public void Pause() => _publication.Pause();

    /// <summary>Takes pauses back; without any, packets are decided by what was published last.</summary>
    /// <param name="pauses">How many of them.</param>
    public void Resume(int pauses = 1) => _publication.Resume(pauses);

    /// <summary>Puts flows in force, all at once. Packets go on meanwhile by those before.</summary>
    /// <param name="flows">All of them.</param>
    /// <param name="vips">Blocks of destinations whose packets are for this balancer.</param>
    public void Publish(FlowSet flows, IEnumerable<Cidr> vips)
    {
        var image = _compiler.Compile(flows, vips);
        var words = MemoryMarshal.Cast<byte, uint>(_memory.Image.Span);
        image.Words.Span.CopyTo(words[(_publication.FreeSide * FASTPATH_IMAGE_WORDS)..]);
        _publication.Publish();
        Gather();
        Image = image;
        _entries = flows.Entries;
        _pools.Keep(_entries.Select(entry => entry.Pool).OfType<TargetPool>().ToHashSet());
    }

    /// <summary>Copies what has changed in the pools' segments since, each in one piece.</summary>
    /// <returns>How many pools that were.</returns>
    public int Refresh()
    {
        foreach (var placed in _pools.Pools)
        {
            if (placed.Pool.Segment != placed.Segment)
            {
                _counts.GatherTargets(placed);
            }
        }
        return _pools.Refresh();
    }

    /// <summary>The marks of all targets that packets may be given to.</summary>
    public IReadOnlySet<int> Marks => _pools.Pools.Where(placed => placed.HasRoom)
        .SelectMany(placed => placed.Segment.ReadContent().Marks).Where(mark => mark >= 0).ToHashSet();

    /// <summary>Lets packets leave by exits, past netfilter and routing.</summary>
    /// <param name="exits">By family and mark; whoever has none goes the ordinary way.</param>
    /// <param name="links">The places of the links whose packets may do so, by family.</param>
    public void PublishExits(
        IReadOnlyDictionary<ExitKey, Exit> exits, IReadOnlyDictionary<IpFamily, IReadOnlyList<int>> links)
    {
        uint bits = 0;
        foreach (var (family, places) in links)
        {
            foreach (int place in places)
            {
                bits |= 1u << (place + (family == IpFamily.Ipv6 ? FASTPATH_LINKS_MAX : 0));
            }
        }
        foreach (var placed in _pools.Pools.Where(placed => placed.HasRoom))
        {
            _exits.Write(placed.FirstTarget, placed.Segment.ReadContent().Marks, exits);
        }
        Volatile.Write(
            ref MemoryMarshal.Cast<byte, uint>(_memory.Control.Span)[FASTPATH_CONTROL_EXITS], bits);
    }

    /// <summary>Brings what the kernel has counted to the counts of flows and targets.</summary>
    public void Gather()
    {
        _counts.GatherFlows(_entries);
        foreach (var placed in _pools.Pools)
        {
            _counts.GatherTargets(placed);
        }
    }

    /// <summary>Packets of a link that came to an end since the program was loaded.</summary>
    /// <param name="link">By its place among the links.</param>
    /// <param name="outcome">FASTPATH_DECIDED or FASTPATH_LEFT_... of native/fastpath/layout.h.</param>
    public long OutcomesOf(int link, int outcome) => _counts.OutcomesOf(link, outcome);

    /// <inheritdoc/>
    int? IFastPathPlaces.PlaceOf(TargetPool pool) => _pools.PlaceOf(pool);

    /// <inheritdoc/>
    int? IFastPathPlaces.PlaceOf(FlowCounter counter) =>
        counter.Number < FASTPATH_FLOWS_MAX ? counter.Number : null;
}
