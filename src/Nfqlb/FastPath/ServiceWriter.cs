using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Writes what packets to one destination and of one protocol come to: the flow of those that are all one
/// flow's, and for others rules, as a list, or by port where that would be too long.</summary>
/// <param name="image">Where lists go.</param>
internal sealed class ServiceWriter(ImageWriter image)
{
    private const int Ports = ushort.MaxValue + 1;

    private readonly List<RuleRecord> _chain = new(FASTPATH_RULES_MAX);
    private readonly List<(int Port, bool IsBegin, int Candidate)> _edges = [];
    private readonly SortedSet<int> _open = [];
    private readonly uint[] _lists = new uint[Ports];
    private readonly uint[] _pages = new uint[FASTPATH_DIRECTORY_WORDS];

    /// <summary>How much has been looked at so far: edges, intervals and rules.</summary>
    public long Steps { get; private set; }

    /// <summary>Writes it.</summary>
    /// <param name="destination">Whom the packets are for.</param>
    /// <param name="candidates">The flows that may accept some of them, by rank, each with a block of its own that
    /// contains the destination.</param>
    public Service Write(Prefix destination, List<(FlowRules Flow, Cidr Block)> candidates)
    {
        var service = FirstOf(destination, candidates);
        Span<uint> others = stackalloc uint[FASTPATH_SERVICES_WORDS];
        others.Clear();
        for (int protocol = 0; protocol < FASTPATH_PROTOCOLS; protocol++)
        {
            others[protocol] = OthersOf(
                destination, candidates, protocol, service.IsFor(protocol) ? service.Ports : null);
        }
        return service with { Others = others.ContainsAnyExcept(0u) ? image.PlaceOf(others) : 0 };
    }

    /// <summary>The first range of the flow that goes first, where all its packets to these ports are the flow's.
    /// </summary>
    private Service FirstOf(Prefix destination, List<(FlowRules Flow, Cidr Block)> candidates)
    {
        int first = candidates.FindIndex(candidate => candidate.Flow.Protocols != 0);
        if (first < 0)
        {
            return default;
        }
        var (flow, block) = candidates[first];
        var cell = new Cell(destination, flow.DestinationPorts[0]);
        _chain.Clear();
        flow.AddTo(_chain, block, cell.Ports, cell);
        return IsTheEnd(cell) ? new Service(flow.Protocols, cell.Ports, _chain[^1].FlowWord) : default;
    }

    /// <remarks>Packets to the known ports do not come here: the first flow takes them all.</remarks>
    private uint OthersOf(
        Prefix destination, List<(FlowRules Flow, Cidr Block)> candidates, int protocol, PortRange? known)
    {
        var all = new Cell(destination, RuleRecord.AnyPort);
        if (known is { } taken && all.IsWithin(taken))
        {
            return 0;
        }
        bool isTaken = known is not null;
        _chain.Clear();
        foreach (var (flow, block) in candidates)
        {
            Steps++;
            if (!flow.IsFor(protocol))
            {
                continue;
            }
            foreach (var ports in flow.DestinationPorts.AsSpan(isTaken ? 1 : 0))
            {
                if (_chain.Count == FASTPATH_RULES_MAX)
                {
                    return WriteByPort(destination, candidates, protocol);
                }
                if (!flow.AddTo(_chain, block, ports, all))
                {
                    return _chain.Count < FASTPATH_RULES_MAX || IsTheEnd(all)
                        ? EndOf(all)
                        : WriteByPort(destination, candidates, protocol);
                }
            }
            isTaken = false;
        }
        return EndOf(all);
    }

    /// <summary>The word for what stands in the list: a flow that takes all that comes, or where the list is.</summary>
    private uint EndOf(Cell cell) =>
        _chain.Count == 1 && IsTheEnd(cell) ? _chain[0].FlowWord : image.PlaceOf(_chain);

    /// <summary>Whether nobody passes the last rule of the list.</summary>
    private bool IsTheEnd(Cell cell) =>
        _chain[^1].SourcePorts == RuleRecord.AnyPort
        && cell.IsWithin(_chain[^1].DestinationPorts)
        && cell.ComesFrom(_chain[^1].Source);

    private uint WriteByPort(Prefix destination, List<(FlowRules Flow, Cidr Block)> candidates, int protocol)
    {
        SortEdges(candidates, protocol);
        _open.Clear();
        int begin = 0;
        for (int at = 0; begin < Ports; )
        {
            while (at < _edges.Count && _edges[at].Port == begin)
            {
                Open(_edges[at++]);
            }
            int end = at < _edges.Count ? Math.Min(_edges[at].Port, Ports) : Ports;
            var cell = new Cell(destination, new PortRange((ushort)begin, (ushort)(end - 1)));
            FillChain(cell, candidates);
            _lists.AsSpan(begin, end - begin).Fill(EndOf(cell));
            begin = end;
        }
        return WritePages();
    }

    private void SortEdges(List<(FlowRules Flow, Cidr Block)> candidates, int protocol)
    {
        _edges.Clear();
        for (int i = 0; i < candidates.Count; i++)
        {
            var flow = candidates[i].Flow;
            if (!flow.IsFor(protocol))
            {
                continue;
            }
            foreach (var ports in flow.DestinationPorts)
            {
                _edges.Add((ports.First, true, i));
                _edges.Add((ports.Last + 1, false, i));
            }
        }
        _edges.Sort();
        Steps += _edges.Count;
    }

    /// <remarks>Ranges of one flow neither overlap nor touch, so an end never meets a begin of the same flow.</remarks>
    private void Open((int Port, bool IsBegin, int Candidate) edge)
    {
        if (edge.IsBegin)
        {
            _open.Add(edge.Candidate);
        }
        else
        {
            _open.Remove(edge.Candidate);
        }
    }

    private void FillChain(Cell cell, List<(FlowRules Flow, Cidr Block)> candidates)
    {
        _chain.Clear();
        foreach (int candidate in _open)
        {
            Steps++;
            var (flow, block) = candidates[candidate];
            if (!flow.AddTo(_chain, block, flow.PortsAround(cell.Ports.First), cell))
            {
                break;
            }
        }
    }

    private uint WritePages()
    {
        Steps += FASTPATH_DIRECTORY_WORDS;
        for (int page = 0; page < _pages.Length; page++)
        {
            var lists = _lists.AsSpan(page * FASTPATH_DIRECTORY_WORDS, FASTPATH_DIRECTORY_WORDS);
            bool isLikeBefore = page > 0 && lists.SequenceEqual(
                _lists.AsSpan((page - 1) * FASTPATH_DIRECTORY_WORDS, FASTPATH_DIRECTORY_WORDS));
            _pages[page] = isLikeBefore ? _pages[page - 1] : image.PlaceOf(lists);
        }
        return image.PlaceOf(_pages) | FASTPATH_DIRECTORY;
    }
}
