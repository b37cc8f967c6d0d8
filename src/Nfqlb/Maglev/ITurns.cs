namespace Nfqlb.Maglev;

/// <summary>Whose turn it is to take an entry while a table is filled. The place for weights.</summary>
public interface ITurns
{
    /// <summary>The slot that takes the next entry; never ends.</summary>
    int Next();
}

/// <summary>Slots take turns, one entry each, in the order given.</summary>
/// <param name="slots">The active slots, at least one.</param>
public struct RoundRobin(int[] slots) : ITurns
{
    private int _turn = -1;

    /// <inheritdoc/>
    public int Next()
    {
        _turn = _turn + 1 < slots.Length ? _turn + 1 : 0;
        return slots[_turn];
    }
}
