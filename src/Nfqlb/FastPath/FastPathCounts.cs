using System.Runtime.InteropServices;
using Nfqlb.Flows;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>What the program in the kernel has counted, brought to the counts of flows and targets, where it is one
/// worker more.</summary>
/// <remarks>One thread at a time. The kernel's counts only grow; here it is kept how much of them was brought over.
/// </remarks>
/// <param name="memory">The kernel's maps.</param>
/// <param name="worker">Which worker the program is among those that count.</param>
internal sealed class FastPathCounts(FastPathMemory memory, int worker)
{
    private const int FieldsOfTarget = 2;

    private readonly long[] _flows = new long[FASTPATH_FLOWS_MAX];
    private readonly long[] _targets = new long[FASTPATH_TARGETS_MAX * FieldsOfTarget];

    /// <summary>Brings over what was counted since the last time.</summary>
    /// <param name="flows">The flows that are in force in the kernel.</param>
    public void GatherFlows(IEnumerable<FlowEntry> flows)
    {
        foreach (var entry in flows)
        {
            int number = entry.Counter.Number;
            if (number < FASTPATH_FLOWS_MAX && Since(memory.Flows, _flows, number) is var packets and > 0)
            {
                entry.Counter.Add(worker, packets);
            }
        }
    }

    /// <summary>The same for the targets of a pool.</summary>
    public void GatherTargets(PoolTables.PlacedPool placed)
    {
        if (!placed.HasRoom)
        {
            return;
        }
        for (int slot = 0; slot < placed.Segment.Size.Slots; slot++)
        {
            int first = (placed.FirstTarget + slot) * FieldsOfTarget;
            long packets = Since(memory.Targets, _targets, first);
            long bytes = Since(memory.Targets, _targets, first + 1);
            if (packets > 0 || bytes > 0)
            {
                placed.Pool.Add(placed.Segment, slot, packets, bytes, worker);
            }
        }
    }

    /// <summary>Packets of a link that came to an end, FASTPATH_DECIDED or another, since the program was loaded.
    /// </summary>
    public long OutcomesOf(int link, int outcome) =>
        Sum(memory.Outcomes, FASTPATH_LINKS_MAX * FASTPATH_OUTCOMES, link * FASTPATH_OUTCOMES + outcome);

    private long Since(Memory<byte> counts, long[] before, int index)
    {
        long sum = Sum(counts, before.Length, index);
        long since = sum - before[index];
        before[index] = sum;
        return since;
    }

    private long Sum(Memory<byte> counts, int rowLength, int index)
    {
        var all = MemoryMarshal.Cast<byte, long>(counts.Span);
        long sum = 0;
        for (int row = 0; row < memory.Rows; row++)
        {
            sum += Volatile.Read(ref all[row * rowLength + index]);
        }
        return sum;
    }
}
