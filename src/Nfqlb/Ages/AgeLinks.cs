namespace Nfqlb.Ages;

/// <summary>Entries in lists from the oldest to the newest, each in one list at most. Not thread-safe.</summary>
internal sealed class AgeLinks(int capacity)
{
    /// <summary>No entry.</summary>
    public const int None = -1;

    private readonly (int Older, int Newer)[] _links = new (int, int)[capacity];

    /// <summary>The one that came next to a list; None behind the newest.</summary>
    public int Newer(int entry) => _links[entry].Newer;

    /// <summary>Puts an entry, which is in no list, behind all others.</summary>
    public void Append(ref List list, int entry)
    {
        _links[entry] = (list.Newest, None);
        NewerOf(ref list, list.Newest) = entry;
        list.Newest = entry;
    }

    /// <summary>Takes an entry out of its list.</summary>
    public void Remove(ref List list, int entry)
    {
        var (older, newer) = _links[entry];
        NewerOf(ref list, older) = newer;
        OlderOf(ref list, newer) = older;
    }

    /// <summary>Puts an entry of a list behind all others.</summary>
    public void Renew(ref List list, int entry)
    {
        if (list.Newest != entry)
        {
            Remove(ref list, entry);
            Append(ref list, entry);
        }
    }

    private ref int NewerOf(ref List list, int entry)
    {
        if (entry == None)
        {
            return ref list.Oldest;
        }
        return ref _links[entry].Newer;
    }

    private ref int OlderOf(ref List list, int entry)
    {
        if (entry == None)
        {
            return ref list.Newest;
        }
        return ref _links[entry].Older;
    }

    /// <summary>Both ends of a list; None in an empty one.</summary>
    internal struct List
    {
        public int Oldest;
        public int Newest;

        public static List Empty => new() { Oldest = None, Newest = None };
    }
}
