namespace Nfqlb.Fragments;

/// <summary>Room for a fixed number of fragments. Not thread-safe, but for the bytes of a slot, which are its owner's.
/// </summary>
internal sealed class StoredFragments
{
    private const int None = -1;

    private readonly byte[] _memory;
    private readonly int[] _lengths;
    private readonly int[] _next;
    private readonly int _slotBytes;
    private int _free;
    private int _count;

    public StoredFragments(int capacity, int slotBytes)
    {
        _memory = new byte[checked(capacity * slotBytes)];
        _lengths = new int[capacity];
        _next = new int[capacity];
        _slotBytes = slotBytes;
        _free = capacity > 0 ? 0 : None;
        for (int slot = 0; slot < capacity; slot++)
        {
            _next[slot] = slot + 1 < capacity ? slot + 1 : None;
        }
    }

    /// <summary>How many are kept now. For any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>True when nothing more can be kept.</summary>
    public bool IsFull => _free == None;

    /// <summary>Whether a fragment fits into a slot.</summary>
    public bool Fits(int lengthBytes) => lengthBytes <= _slotBytes;

    /// <summary>Keeps a fragment at the end of a chain. Valid only when not full.</summary>
    /// <param name="chain">Owns the slot from now on.</param>
    /// <param name="fragment">Its bytes, which fit, and are copied.</param>
    public void Append(ref Chain chain, ReadOnlySpan<byte> fragment)
    {
        int slot = _free;
        _free = _next[slot];
        Volatile.Write(ref _count, _count + 1);
        fragment.CopyTo(Slot(slot));
        _lengths[slot] = fragment.Length;
        if (!chain.IsEmpty)
        {
            _next[chain.Last] = slot;
        }
        chain = new Chain(chain.IsEmpty ? slot : chain.First, slot, chain.Count + 1);
    }

    /// <summary>The oldest fragment of a chain that is not empty. Its bytes hold until the chain is freed.</summary>
    /// <param name="chain">Whoever owns it may ask, whatever others do meanwhile.</param>
    /// <param name="rest">The chain behind that fragment, which is not owned apart from it.</param>
    public ReadOnlySpan<byte> First(Chain chain, out Chain rest)
    {
        rest = chain.Count == 1 ? default : new Chain(_next[chain.First], chain.Last, chain.Count - 1);
        return Slot(chain.First)[.._lengths[chain.First]];
    }

    /// <summary>Gives all slots of a chain back, which is empty then.</summary>
    public void Free(ref Chain chain)
    {
        if (!chain.IsEmpty)
        {
            _next[chain.Last] = _free;
            _free = chain.First;
            Volatile.Write(ref _count, _count - chain.Count);
            chain = default;
        }
    }

    private Span<byte> Slot(int slot) => _memory.AsSpan(slot * _slotBytes, _slotBytes);

    /// <summary>Fragments that wait for the same packet, oldest first.</summary>
    internal readonly record struct Chain(int First, int Last, int Count)
    {
        public bool IsEmpty => Count == 0;
    }
}
