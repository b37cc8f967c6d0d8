using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Makes of flows what the program in the kernel reads.</summary>
/// <remarks>
/// <para>
/// The program finds the longest known prefix that contains a packet's destination, then by protocol, and by port, the
/// flow of all packets that come there, or a list of rules, of which it takes the first that accepts the packet. It
/// cannot decide otherwise than <see cref="FlowSet"/>, because:
/// </para>
/// <list type="number">
/// <item>prefixes are all virtual IPs and all destinations of flows within them. So a flow accepts either all addresses
/// of which a prefix is the longest, or none: a block of the flow's that held only some would be a longer prefix. A
/// virtual IP of which one prefix had no room is left out with all others of it.</item>
/// <item>A list holds rules of all flows that may accept a packet that comes to it, by rank. Where it ends early,
/// whoever none of its rules accepts is left to user space.</item>
/// <item>A rule holds all conditions of its flow, whatever the way to it has settled, so a rule that stood in a wrong
/// list would be skipped. Of a condition that it cannot hold, bytes of the transport header or SCTP inside UDP, nothing
/// is asked, and whoever passes the rule is left to user space.</item>
/// <item>A flow stands in place of a list only where it goes first, and the prefix, the protocol and the ports that
/// lead there are all that it asks for.</item>
/// <item>Nothing found is never taken for an answer: it is left to user space too.</item>
/// </list>
/// <para>So each shortage, of places, lists or time, costs speed and nothing else.</para>
/// </remarks>
/// <param name="places">Where pools and counts are in the kernel.</param>
public sealed class FastPathCompiler(IFastPathPlaces places)
{
    /// <summary>More than this is not looked at: some ten milliseconds' worth.</summary>
    private const long MostSteps = 500_000;

    private readonly ImageWriter _image = new();
    private readonly DestinationTable _table = new();

    /// <summary>Makes an image of the flows in force.</summary>
    /// <param name="flows">All of them.</param>
    /// <param name="vips">Blocks of destinations whose packets are for this balancer. Others are never decided.</param>
    public FastPathImage Compile(FlowSet flows, IEnumerable<Cidr> vips)
    {
        var blocks = new FlowBlocks(flows, places);
        var addresses = new VirtualAddresses(vips);
        addresses.Split(blocks.Prefixes);
        var cells = Choose(addresses, out int leftOut);
        int table = FASTPATH_HEAD_WORDS;
        int tableWords = DestinationTable.WordsFor(cells.Sum(of => of.Count));
        _image.Restart(table + tableWords);
        _table.Clear();
        var writer = new ServiceWriter(_image);
        var lists = new Dictionary<Sequence<int>, Service>();
        foreach (var ofVip in cells)
        {
            leftOut += TryAdd(ofVip, blocks, writer, lists) ? 0 : 1;
        }
        if (!_table.TryWrite(_image.Words.Span, table, tableWords))
        {
            leftOut = cells.Count;
            _table.Clear();
        }
        return new FastPathImage(_image.Words, _table.Count, leftOut);
    }

    /// <summary>As many virtual IPs as there is room for in the table, with at most so many prefix lengths.</summary>
    private static List<List<Prefix>> Choose(VirtualAddresses addresses, out int leftOut)
    {
        var chosen = new List<List<Prefix>>();
        var lengths = new HashSet<int>();
        int count = 0;
        leftOut = 0;
        foreach (var cells in addresses.Cells)
        {
            int[] more = [.. cells.Select(cell => cell.Length).Distinct().Where(length => !lengths.Contains(length))];
            if (count + cells.Count > DestinationTable.Most || lengths.Count + more.Length > FASTPATH_LENGTHS_MAX)
            {
                leftOut++;
                continue;
            }
            lengths.UnionWith(more);
            count += cells.Count;
            chosen.Add(cells);
        }
        return chosen;
    }

    /// <summary>Adds a virtual IP with all its cells, or nothing of it. Cells with the same flows share their lists.
    /// </summary>
    private bool TryAdd(
        List<Prefix> cells, FlowBlocks blocks, ServiceWriter writer, Dictionary<Sequence<int>, Service> lists)
    {
        var added = new List<(Prefix Cell, Service Service)>(cells.Count);
        var known = new List<Sequence<int>>();
        foreach (var cell in cells)
        {
            var key = blocks.KeyOf(cell);
            if (!lists.TryGetValue(key, out var service))
            {
                service = writer.Write(cell, blocks.CandidatesFor(cell));
                known.Add(key);
                lists.Add(key, service);
            }
            added.Add((cell, service));
            if (_image.IsFull || writer.Steps + blocks.Steps > MostSteps)
            {
                known.ForEach(key => lists.Remove(key));
                _image.TakeBack();
                return false;
            }
        }
        _image.Keep();
        added.ForEach(cell => _table.Add(cell.Cell, cell.Service));
        return true;
    }
}
