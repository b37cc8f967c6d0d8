using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Fragments;

/// <summary>The table once more, plain and slow: lists of what came and of what passed, by packet.</summary>
/// <remarks>Knows one packet at a time and no limits but the time to live.</remarks>
internal sealed class PlainFragments(long ttl)
{
    private readonly List<Fragment> _waiting = [];
    private readonly List<Fragment> _passed = [];
    private long _since = long.MinValue;
    private bool _isPoisoned;

    /// <summary>What becomes of a fragment, and which others its coming sets free.</summary>
    public (FragmentOutcome Outcome, Fragment[] Released) Add(Fragment fragment, long now)
    {
        bool isNew = _waiting.Count + _passed.Count == 0 && !_isPoisoned;
        if (isNew || now - _since >= ttl || (fragment.Offset == 0 && IsWhole(_passed)))
        {
            _waiting.Clear();
            _passed.Clear();
            _isPoisoned = false;
            _since = now;
        }
        if (_isPoisoned)
        {
            return (FragmentOutcome.Poisoned, []);
        }
        var known = _passed.Count > 0 ? _passed : _waiting;
        var own = Bytes(fragment);
        if (own.All(known.SelectMany(Bytes).Contains))
        {
            return (FragmentOutcome.Duplicate, []);
        }
        if (own.Any(known.SelectMany(Bytes).Contains))
        {
            _isPoisoned = true;
            _waiting.Clear();
            return (FragmentOutcome.Poisoned, []);
        }
        if (fragment.Offset > 0 && _passed.Count == 0)
        {
            _waiting.Add(fragment);
            return (FragmentOutcome.Stored, []);
        }
        _passed.Add(fragment);
        Fragment[] released = [.. _waiting];
        _waiting.Clear();
        return (FragmentOutcome.Passed, released);
    }

    private static bool IsWhole(List<Fragment> fragments) =>
        fragments.Any(piece => piece.IsLast)
        && fragments.Sum(piece => piece.Length) == fragments.Max(piece => piece.End);

    private static IEnumerable<int> Bytes(Fragment fragment) => Enumerable.Range(fragment.Offset, fragment.Length);
}
