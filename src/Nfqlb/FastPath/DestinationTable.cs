using System.Numerics;
using Nfqlb.Flows.Index;
using Nfqlb.Packets;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>The table by which the kernel finds a destination: open addressing, where nobody stands far from where it
/// should.</summary>
/// <remarks>Who comes to a place that is taken goes on to the next, and takes the place of whoever stands nearer to its
/// own (after Celis, 1985): distances so stay short and alike. With a seed by which one would still be too far, the
/// table is made again with the next.</remarks>
internal sealed class DestinationTable
{
    /// <summary>More destinations than this are not taken; their table is a quarter of an image.</summary>
    public const int Most = 1 << 14;

    private const int MostSeeds = 64;

    private readonly Dictionary<Prefix, Service> _services = [];

    /// <summary>How many destinations there are.</summary>
    public int Count => _services.Count;

    /// <summary>How many words a table for so many destinations takes.</summary>
    public static int WordsFor(int destinations) =>
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, destinations) * 2) * FASTPATH_SLOT_WORDS;

    /// <summary>Adds a destination.</summary>
    /// <param name="destination">Not there yet.</param>
    /// <param name="service">What its packets come to.</param>
    public void Add(Prefix destination, Service service) => _services.Add(destination, service);

    /// <summary>Removes all.</summary>
    public void Clear() => _services.Clear();

    /// <summary>Writes head and table; false when no seed serves, which leaves an empty table.</summary>
    /// <param name="words">The begin of a side.</param>
    /// <param name="table">Place of the table in it.</param>
    /// <param name="length">Words of the table: of <see cref="WordsFor"/>.</param>
    public bool TryWrite(Span<uint> words, int table, int length)
    {
        words[FASTPATH_HEAD_SLOTS] = (uint)table;
        words[FASTPATH_HEAD_MASK] = (uint)(length / FASTPATH_SLOT_WORDS - 1);
        var slots = words.Slice(table, length);
        for (ulong seed = 1; seed <= MostSeeds; seed++)
        {
            slots.Clear();
            if (TryFill(slots, seed))
            {
                RuleRecord.WriteLong(words[FASTPATH_HEAD_SEED..], seed);
                WriteLengths(words);
                return true;
            }
        }
        slots.Clear();
        return false;
    }

    /// <summary>The same as the program's: where a destination should stand.</summary>
    internal static uint Hash(Address address, int length, ulong seed)
    {
        ulong mixed = unchecked(
            address.High * 0x9e37_79b9_7f4a_7c15 + address.Low * 0xc2b2_ae3d_27d4_eb4f + (ulong)length + seed);
        mixed = unchecked((mixed ^ mixed >> 32) * 0xd6e8_feb8_6659_fd93);
        return (uint)(mixed >> 32);
    }

    private void WriteLengths(Span<uint> words)
    {
        int[] lengths = [.. _services.Keys.Select(prefix => prefix.Length).Distinct().OrderDescending()];
        words[FASTPATH_HEAD_LENGTHS] = (uint)lengths.Length;
        for (int i = 0; i < lengths.Length; i++)
        {
            words[FASTPATH_HEAD_LENGTH + i] = (uint)lengths[i];
        }
    }

    private bool TryFill(Span<uint> slots, ulong seed)
    {
        foreach (var (prefix, service) in _services)
        {
            if (!TryPut(slots, prefix, service, seed))
            {
                return false;
            }
        }
        return true;
    }

    private static bool TryPut(Span<uint> slots, Prefix prefix, Service service, ulong seed)
    {
        int mask = slots.Length / FASTPATH_SLOT_WORDS - 1;
        Span<uint> held = stackalloc uint[FASTPATH_SLOT_WORDS];
        Span<uint> other = stackalloc uint[FASTPATH_SLOT_WORDS];
        RuleRecord.WriteAddress(held[FASTPATH_SLOT_HIGH..], prefix.Key);
        held[FASTPATH_SLOT_LENGTH] = (uint)prefix.Length | FASTPATH_SLOT_USED;
        service.WriteTo(held);
        int place = (int)Hash(prefix.Key, prefix.Length, seed) & mask;
        for (int distance = 0; distance < FASTPATH_PROBES_MAX; distance++)
        {
            var slot = slots.Slice(place * FASTPATH_SLOT_WORDS, FASTPATH_SLOT_WORDS);
            if (slot[FASTPATH_SLOT_LENGTH] == 0)
            {
                held.CopyTo(slot);
                return true;
            }
            int distanceOfOther = place - HomeOf(slot, seed) & mask;
            if (distanceOfOther < distance)
            {
                slot.CopyTo(other);
                held.CopyTo(slot);
                other.CopyTo(held);
                distance = distanceOfOther;
            }
            place = place + 1 & mask;
        }
        return false;
    }

    /// <summary>Where somebody should stand, but for the bits above the mask.</summary>
    private static int HomeOf(ReadOnlySpan<uint> slot, ulong seed)
    {
        var address = RuleRecord.ReadAddress(slot[FASTPATH_SLOT_HIGH..]);
        return (int)Hash(address, (byte)slot[FASTPATH_SLOT_LENGTH], seed);
    }
}
