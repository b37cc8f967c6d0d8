using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Fragments;

/// <summary>The table once more, plain and slow: lists of what came and of what passed, by packet.</summary>
/// <remarks>Knows one packet at a time and no limits but the time to live.</remarks>
internal sealed class PlainFragments(long ttl)
{
    private const long Renewable = 15_000_000_000;

    private readonly List<Fragment> _waiting = [];
    private readonly List<Fragment> _passed = [];
    private long _expires = long.MinValue, _renewableUntil;
    private bool _isPoisoned;

    /// <summary>What becomes of a fragment, and which others its coming sets free.</summary>
    public (FragmentOutcome Outcome, Fragment[] Released) Add(Fragment fragment, long now)
    {
        bool isNew = _waiting.Count + _passed.Count == 0 && !_isPoisoned;
        if (isNew || now >= _expires || (fragment.Offset == 0 && IsWhole(_passed)))
        {
            _waiting.Clear();
            _passed.Clear();
            _isPoisoned = false;
            (_expires, _renewableUntil) = (now + ttl, now + Renewable);
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
            _expires = _passed.Count == 0 ? now + ttl : _expires;
            _waiting.Clear();
            return (FragmentOutcome.Poisoned, []);
        }
        if (fragment.Offset > 0 && _passed.Count == 0)
        {
            _waiting.Add(fragment);
            Renew(now);
            return (FragmentOutcome.Stored, []);
        }
        if (_passed.Count == 0)
        {
            (_expires, _renewableUntil) = (now + ttl, now + Renewable);
        }
        _passed.Add(fragment);
        Renew(now);
        Fragment[] released = [.. _waiting];
        _waiting.Clear();
        return (FragmentOutcome.Passed, released);
    }

    private void Renew(long now) => _expires = now < _renewableUntil ? now + ttl : _expires;

    private static bool IsWhole(List<Fragment> fragments) =>
        fragments.Any(piece => piece.IsLast)
        && fragments.Sum(piece => piece.Length) == fragments.Max(piece => piece.End);

    private static IEnumerable<int> Bytes(Fragment fragment) => Enumerable.Range(fragment.Offset, fragment.Length);
}
