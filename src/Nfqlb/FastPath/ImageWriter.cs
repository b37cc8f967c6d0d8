using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>Writes lists and pages into an image, each of equal ones once, and takes back what had no room.</summary>
internal sealed class ImageWriter
{
    private readonly uint[] _words = new uint[FASTPATH_IMAGE_WORDS];
    private readonly Dictionary<Sequence<RuleRecord>, uint> _lists = [];
    private readonly Dictionary<Sequence<uint>, uint> _pages = [];
    private readonly List<Sequence<RuleRecord>> _newLists = [];
    private readonly List<Sequence<uint>> _newPages = [];
    private int _end;
    private int _kept;

    /// <summary>True when something had no room since the last <see cref="Keep"/> or <see cref="TakeBack"/>.</summary>
    public bool IsFull { get; private set; }

    /// <summary>All that was written.</summary>
    public Memory<uint> Words => _words.AsMemory(0, _end);

    /// <summary>Begins anew.</summary>
    /// <param name="words">How many words at the begin are somebody else's; they are 0.</param>
    public void Restart(int words)
    {
        _words.AsSpan(0, words).Clear();
        _lists.Clear();
        _pages.Clear();
        _end = words;
        Keep();
    }

    /// <summary>What was written so far stays.</summary>
    public void Keep()
    {
        _kept = _end;
        _newLists.Clear();
        _newPages.Clear();
        IsFull = false;
    }

    /// <summary>Takes back what was written since the last <see cref="Keep"/>.</summary>
    public void TakeBack()
    {
        _newLists.ForEach(list => _lists.Remove(list));
        _newPages.ForEach(page => _pages.Remove(page));
        _end = _kept;
        Keep();
    }

    /// <summary>The place of a list; 0 when it is empty, or when there is no room.</summary>
    public uint PlaceOf(List<RuleRecord> chain)
    {
        if (chain.Count == 0)
        {
            return 0;
        }
        var list = new Sequence<RuleRecord>([.. chain]);
        if (_lists.TryGetValue(list, out uint known))
        {
            return known;
        }
        if (!TryTake(chain.Count * FASTPATH_RULE_WORDS, FASTPATH_RULE_WORDS, out int place))
        {
            return 0;
        }
        for (int i = 0; i < chain.Count; i++)
        {
            var words = _words.AsSpan(place + i * FASTPATH_RULE_WORDS, FASTPATH_RULE_WORDS);
            words.Clear();
            chain[i].WriteTo(words, isLast: i == chain.Count - 1);
        }
        _lists.Add(list, (uint)place);
        _newLists.Add(list);
        return (uint)place;
    }

    /// <summary>The place of a page, or of a directory or services, which are the like; 0 when there is no room.
    /// </summary>
    /// <param name="page">A power of two of words.</param>
    public uint PlaceOf(ReadOnlySpan<uint> page)
    {
        var content = new Sequence<uint>(page.ToArray());
        if (_pages.TryGetValue(content, out uint known))
        {
            return known;
        }
        if (!TryTake(page.Length, page.Length, out int place))
        {
            return 0;
        }
        page.CopyTo(_words.AsSpan(place));
        _pages.Add(content, (uint)place);
        _newPages.Add(content);
        return (uint)place;
    }

    /// <summary>The program cuts places to a multiple of a record's size, a power of two.</summary>
    private bool TryTake(int words, int alignment, out int place)
    {
        place = (_end + alignment - 1) / alignment * alignment;
        if (place + words > _words.Length)
        {
            IsFull = true;
            return false;
        }
        _end = place + words;
        return true;
    }
}
