namespace Nfqlb.EndToEnd.Soak;

/// <summary>Which setting may have been in force when.</summary>
/// <remarks>
/// From the call of the command that makes a setting on it may be in force; from the return of the command that makes
/// the next one on it must not be.
/// </remarks>
internal sealed class SettingHistory(Setting first)
{
    private readonly List<Entry> _entries = [new(long.MinValue, first)];

    /// <summary>The last one.</summary>
    public Setting Current => _entries[^1].Setting;

    /// <summary>How many changes there were.</summary>
    public int Changes => _entries.Count - 1;

    /// <summary>All of them.</summary>
    public IEnumerable<Setting> All => _entries.Select(entry => entry.Setting);

    /// <summary>Carries out a change.</summary>
    /// <param name="next">What is in force when the change has returned.</param>
    /// <param name="change">Runs the command.</param>
    public void Change(Setting next, Action change)
    {
        _entries.Add(new Entry(Now, next));
        change();
        _entries[^2].Until = Now;
    }

    /// <summary>Adds one whose times are known.</summary>
    public void Add(Setting next, long called, long returned)
    {
        _entries[^1].Until = returned;
        _entries.Add(new Entry(called, next));
    }

    /// <summary>Settings that may have decided about a packet.</summary>
    /// <param name="sent">Unix nanoseconds.</param>
    /// <param name="arrived">Unix nanoseconds.</param>
    public IEnumerable<Setting> Between(long sent, long arrived)
    {
        for (int i = _entries.Count - 1; i >= 0 && _entries[i].Until >= sent; i--)
        {
            if (_entries[i].From <= arrived)
            {
                yield return _entries[i].Setting;
            }
        }
    }

    // To a tenth of a microsecond, so times of the kernel are never cut in the wrong direction by more than that.
    private static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private sealed class Entry(long from, Setting setting)
    {
        private const long Rounding = 1000;

        public long From { get; } = from == long.MinValue ? from : from - Rounding;

        public Setting Setting { get; } = setting;

        public long Until { get => field; set => field = value + Rounding; } = long.MaxValue;
    }
}
