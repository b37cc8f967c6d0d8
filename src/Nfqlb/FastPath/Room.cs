namespace Nfqlb.FastPath;

/// <summary>Places of a memory that is handed out in pieces: first fit.</summary>
internal sealed class Room
{
    /// <summary>By rising places; two never touch.</summary>
    private readonly List<(int Place, int Length)> _free = [];

    /// <param name="place">The first place.</param>
    /// <param name="length">How many there are.</param>
    public Room(int place, int length) => _free.Add((place, length));

    /// <summary>Takes a piece; null where none is long enough.</summary>
    public int? Take(int length)
    {
        int at = _free.FindIndex(piece => piece.Length >= length);
        if (at < 0)
        {
            return null;
        }
        var (place, free) = _free[at];
        _free[at] = (place + length, free - length);
        if (free == length)
        {
            _free.RemoveAt(at);
        }
        return place;
    }

    /// <summary>Gives a piece back.</summary>
    public void GiveBack(int place, int length)
    {
        int at = _free.FindIndex(piece => piece.Place > place);
        at = at < 0 ? _free.Count : at;
        if (at < _free.Count && place + length == _free[at].Place)
        {
            length += _free[at].Length;
            _free.RemoveAt(at);
        }
        if (at > 0 && _free[at - 1].Place + _free[at - 1].Length == place)
        {
            place = _free[at - 1].Place;
            length += _free[at - 1].Length;
            _free.RemoveAt(--at);
        }
        _free.Insert(at, (place, length));
    }
}
