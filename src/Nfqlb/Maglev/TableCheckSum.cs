using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>One number for all that decides where a packet goes: two balancers whose pools have the same number send
/// every packet to the same target.</summary>
/// <remarks>
/// The lower 32 bits of SipHash-2-4 with a key of zeros over words of 64 bits: M, the seed or two zeros, then for each
/// entry whose it is. In a keyed pool that is the hash of the target's name, wherever it stands and whatever its mark
/// is on this machine; else slot and mark. The own mark is not in it: it differs from balancer to balancer.
/// </remarks>
public static class TableCheckSum
{
    private const ulong Nobody = ulong.MaxValue;

    /// <summary>Reckons it from the table as it stands in memory.</summary>
    public static uint Of(PoolSnapshot snapshot)
    {
        var content = snapshot.Content;
        ulong[] owners = [.. content.Slots.Select((target, slot) => target is { } known ? Owner(known, slot) : Nobody)];
        var hash = new SipHash(default);
        hash.Add((ulong)content.Shape.Size.Entries);
        hash.Add(content.Shape.Seed?.K0 ?? 0);
        hash.Add(content.Shape.Seed?.K1 ?? 0);
        foreach (int slot in snapshot.Entries)
        {
            hash.Add(slot >= 0 ? owners[slot] : Nobody);
        }
        return (uint)hash.Finish(0, lengthBytes: 0);
    }

    private static ulong Owner(SlotTarget target, int slot) => target.Name is { } name
        ? SipHash.Of(default, [.. name.Text.Select(c => (byte)c)])
        : (ulong)slot << 32 | (uint)target.Mark.Value;
}
