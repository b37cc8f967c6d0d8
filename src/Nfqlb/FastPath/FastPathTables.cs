using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
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
    private readonly HashMode _hashMode;
    private readonly FastPathCounts _counts;
    private ImmutableArray<FlowEntry> _entries = [];

    /// <param name="memory">The kernel's maps, all 0.</param>
    /// <param name="worker">Which worker the program is among those that count.</param>
    /// <param name="hashMode">What of an SCTP packet is hashed.</param>
    /// <param name="mask">The bits of marks that it may set.</param>
    public FastPathTables(FastPathMemory memory, int worker, HashMode hashMode, MarkMask mask)
    {
        _memory = memory;
        _hashMode = hashMode;
        _compiler = new FastPathCompiler(this);
        _publication = new Publication(memory.Control);
        _pools = new PoolTables(memory.Pools);
        _exits = new ExitTable(memory.Exits);
        _counts = new FastPathCounts(memory, worker);
        Control[FASTPATH_CONTROL_MARK_MASK] = mask.Bits;
        Control[FASTPATH_CONTROL_SCTP_PORTS] = hashMode == HashMode.SctpPorts ? 1u : 0;
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

    /// <summary>Counts the packets of a link apart from now on. None leaves by an exit until exits are published again.
    /// </summary>
    /// <param name="place">Which of the links it is; below <see cref="MostLinks"/>.</param>
    /// <param name="link">Its index; null for none any more.</param>
    /// <param name="isEthernet">It is Ethernet: the program then knows where the IP header stands.</param>
    public void SetLink(int place, LinkIndex? link, bool isEthernet)
    {
        uint ethernet = Control[FASTPATH_CONTROL_ETHERNET] & ~(1u << place);
        Volatile.Write(ref Control[FASTPATH_CONTROL_ETHERNET], ethernet | (isEthernet ? 1u << place : 0));
        uint bits = ExitBit(place, IpFamily.Ipv4) | ExitBit(place, IpFamily.Ipv6);
        Volatile.Write(ref Control[FASTPATH_CONTROL_EXITS], Control[FASTPATH_CONTROL_EXITS] & ~bits);
        Volatile.Write(ref Control[FASTPATH_CONTROL_LINKS + place], (uint)(link?.Value ?? 0));
    }

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
    /// <param name="links">The links whose packets may do so, by family; others than those that were set do not
    /// count.</param>
    public void PublishExits(
        IReadOnlyDictionary<ExitKey, Exit> exits, IReadOnlyDictionary<IpFamily, IReadOnlyList<LinkIndex>> links)
    {
        uint bits = 0;
        foreach (var (family, allowed) in links)
        {
            foreach (var link in allowed)
            {
                int place = Control.Slice(FASTPATH_CONTROL_LINKS, FASTPATH_LINKS_MAX).IndexOf((uint)link.Value);
                bits |= place < 0 ? 0 : ExitBit(place, family);
            }
        }
        foreach (var placed in _pools.Pools.Where(placed => placed.HasRoom))
        {
            _exits.Write(placed.FirstTarget, placed.Segment.ReadContent().Marks, exits);
        }
        Volatile.Write(ref Control[FASTPATH_CONTROL_EXITS], bits);
    }

    /// <summary>What the program would make of a whole packet without a mark, as the maps are now.</summary>
    /// <param name="key">Of the packet.</param>
    /// <param name="link">The place of the link it comes by.</param>
    public Judgement Judge(in PacketKey key, int link)
    {
        if (IsPaused)
        {
            return new Judgement(FASTPATH_LEFT_SUSPENDED);
        }
        if (key.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp))
        {
            return new Judgement(FASTPATH_LEFT_PROTOCOL);
        }
        int inForce = (1 - _publication.FreeSide) * FASTPATH_IMAGE_WORDS;
        var image = new ImageReader(
            MemoryMarshal.Cast<byte, uint>(_memory.Image.Span).Slice(inForce, FASTPATH_IMAGE_WORDS));
        if (image.FlowOf(key) is not { } flow)
        {
            return new Judgement(FASTPATH_LEFT_FLOW) { IsUnknownDestination = !image.Knows(key.Destination) };
        }
        var judgement = _pools.Judge(flow.Pool, _hashMode.Hash(key), out int target);
        var family = key.Destination.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        return judgement.Mark is not null && (Control[FASTPATH_CONTROL_EXITS] & ExitBit(link, family)) != 0
            && _exits.Has(target, family)
                ? judgement with { Outcome = FASTPATH_REDIRECTED }
                : judgement;
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

    private Span<uint> Control => MemoryMarshal.Cast<byte, uint>(_memory.Control.Span);

    private static uint ExitBit(int place, IpFamily family) =>
        1u << (place + (family == IpFamily.Ipv6 ? FASTPATH_LINKS_MAX : 0));

    /// <inheritdoc/>
    int? IFastPathPlaces.PlaceOf(TargetPool pool) => _pools.PlaceOf(pool);

    /// <inheritdoc/>
    int? IFastPathPlaces.PlaceOf(FlowCounter counter) =>
        counter.Number < FASTPATH_FLOWS_MAX ? counter.Number : null;
}
