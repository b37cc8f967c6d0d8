namespace Nfqlb.Fragments;

/// <summary>Room for a fixed number of fragments, shared by all shards of a table.</summary>
/// <remarks>Slots are taken and given back without locks; whoever has taken one owns it. What is free stands in a
/// stack (Treiber, 1986); its head carries a count of changes, so that a head that left and came back is not taken
/// for one that stayed.</remarks>
internal sealed class StoredFragments
{
    private const int None = -1;

    private readonly byte[] _memory;
    private readonly int[] _lengths;
    private readonly int[] _next;
    private readonly int _slotBytes;
    private long _head;
    private int _count;

    public StoredFragments(int capacity, int slotBytes)
    {
        _memory = new byte[checked(capacity * slotBytes)];
        _lengths = new int[capacity];
        _next = new int[capacity];
        _slotBytes = slotBytes;
        _head = After(0, None);
        for (int slot = capacity - 1; slot >= 0; slot--)
        {
            Free(slot);
        }
        _count = 0;
    }

    /// <summary>How many are kept now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Keeps a fragment.</summary>
    /// <param name="fragment">Its bytes, which are copied.</param>
    /// <param name="slot">The caller's, to be appended to a chain or freed. Not valid when this returns false.</param>
    /// <returns>False when there is no room, or the fragment is longer than the slots.</returns>
    public bool TryStore(ReadOnlySpan<byte> fragment, out int slot)
    {
        slot = None;
        if (fragment.Length > _slotBytes || !TryTake(out slot))
        {
            return false;
        }
        fragment.CopyTo(Slot(slot));
        _lengths[slot] = fragment.Length;
        return true;
    }

    /// <summary>Puts a slot at the end of a chain, which owns it from now on.</summary>
    public void Append(ref Chain chain, int slot)
    {
        if (!chain.IsEmpty)
        {
            _next[chain.Last] = slot;
        }
        chain = new Chain(chain.IsEmpty ? slot : chain.First, slot, chain.Count + 1);
    }

    /// <summary>Takes the oldest fragment of a chain that is not empty. Its bytes hold until it is freed.</summary>
    public int Take(ref Chain chain, out ReadOnlySpan<byte> fragment)
    {
        int slot = chain.First;
        fragment = Slot(slot)[.._lengths[slot]];
        chain = chain.Count == 1 ? default : new Chain(_next[slot], chain.Last, chain.Count - 1);
        return slot;
    }

    /// <summary>Gives all slots of a chain back.</summary>
    public void Free(ref Chain chain)
    {
        while (!chain.IsEmpty)
        {
            Free(Take(ref chain, out _));
        }
    }

    /// <summary>Gives a slot back.</summary>
    public void Free(int slot)
    {
        Interlocked.Decrement(ref _count);
        long head;
        do
        {
            head = Volatile.Read(ref _head);
            Volatile.Write(ref _next[slot], SlotOf(head));
        }
        while (Interlocked.CompareExchange(ref _head, After(head, slot), head) != head);
    }

    private bool TryTake(out int slot)
    {
        long head;
        do
        {
            head = Volatile.Read(ref _head);
            slot = SlotOf(head);
            if (slot == None)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _head, After(head, Volatile.Read(ref _next[slot])), head) != head);
        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>The head that follows another one: 32 bits of changes, 32 bits of slot.</summary>
    private static long After(long head, int slot) => ((head >> 32) + 1) << 32 | (uint)slot;

    private static int SlotOf(long head) => (int)head;

    private Span<byte> Slot(int slot) => _memory.AsSpan(slot * _slotBytes, _slotBytes);

    /// <summary>Fragments that wait for the same packet, oldest first.</summary>
    internal readonly record struct Chain(int First, int Last, int Count)
    {
        public bool IsEmpty => Count == 0;
    }
}
