using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>How long to wait before an object is put back once more that does not stay as it is put, or cannot be put
/// back: at first not at all, then twice as long each time. One that stays for a while is forgotten.</summary>
/// <remarks>
/// <para>Times count from any fixed moment.</para>
/// <para>
/// The kernel takes routes away with their link, and nobody else has a hand in that: what waited for a link and was put
/// back then was put back once, however often it was tried, and with a link that has come again all routes begin anew.
/// </para>
/// </remarks>
internal sealed class Patience
{
    /// <summary>So often it is told that somebody does not want what is asked for.</summary>
    public const int TimesUntilContested = 5;

    /// <summary>Of others' objects with our number there may be any number of.</summary>
    private const int MostObjects = 1 << 17;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeastMemory = TimeSpan.FromSeconds(10);

    private readonly Dictionary<object, Attempts> _bySubject = [];

    /// <summary>A change in a line: of many addresses or slots, the first.</summary>
    public static string WordsOf(Change change) => change.Lines.FirstOrDefault() ?? $"{change.Subject}";

    /// <summary>Whether it may be put back now.</summary>
    public bool IsDue(object subject, TimeSpan now) =>
        !_bySubject.TryGetValue(subject, out var attempts) || attempts.NextAt <= now;

    /// <summary>When one of these may be put back; null for none of them.</summary>
    public TimeSpan? NextOf(IEnumerable<Change> changes)
    {
        TimeSpan? next = null;
        foreach (var change in changes)
        {
            if (_bySubject.TryGetValue(change.Subject, out var attempts) && !(next <= attempts.NextAt))
            {
                next = attempts.NextAt;
            }
        }
        return next;
    }

    /// <summary>It was put back, or that was tried.</summary>
    /// <param name="change">What was done.</param>
    /// <param name="now">When.</param>
    /// <param name="reason">Why it was refused; null when it was done.</param>
    /// <returns>What became of it.</returns>
    public Attempts Note(Change change, TimeSpan now, string? reason)
    {
        if (_bySubject.Count >= MostObjects)
        {
            _bySubject.Clear();
        }
        bool goesOn = _bySubject.TryGetValue(change.Subject, out var before)
            && before.Reason is null == reason is null;
        int times = goesOn ? before!.Times + 1 : 1;
        var pause = First * Math.Pow(2, Math.Min(times - 1, 20));
        pause = pause < Longest ? pause : Longest;
        return _bySubject[change.Subject] = new Attempts(WordsOf(change), times, now + pause, reason)
        {
            IsNews = reason is not null && before?.Reason != reason,
            ForgottenAt = now + (pause * 2 > LeastMemory ? pause * 2 : LeastMemory),
        };
    }

    /// <summary>What waits for a link or for what others do may be tried at once.</summary>
    public void TryRefusedAgain()
    {
        foreach (var (subject, attempts) in _bySubject)
        {
            if (attempts.Reason is not null)
            {
                // The value of a key that is there may be replaced meanwhile.
                _bySubject[subject] = attempts with { NextAt = TimeSpan.Zero };
            }
        }
    }

    /// <summary>A link that was down is up: routes may be put back at once.</summary>
    public void ForgetRoutes()
    {
        foreach (object subject in _bySubject.Keys)
        {
            if (subject is RouteKey)
            {
                _bySubject.Remove(subject);
            }
        }
    }

    /// <summary>Forgets what has stayed as it was put.</summary>
    /// <param name="now">The time.</param>
    /// <param name="found">What is not as it is asked for.</param>
    public void Forget(TimeSpan now, IReadOnlyList<Change> found)
    {
        if (_bySubject.Count == 0)
        {
            return;
        }
        var subjects = found.Select(change => change.Subject).ToHashSet();
        foreach (var (subject, attempts) in _bySubject)
        {
            // What was refused and is not found any more has come about without us.
            if (!subjects.Contains(subject) && (attempts.ForgottenAt <= now || attempts.Reason is not null))
            {
                _bySubject.Remove(subject);
            }
        }
    }

    /// <summary>What is refused, or does not stay.</summary>
    public IEnumerable<Attempts> All => _bySubject.Values;

    /// <summary>Of an object.</summary>
    /// <param name="What">The change.</param>
    /// <param name="Times">How often it was tried.</param>
    /// <param name="NextAt">When it may be tried again.</param>
    /// <param name="Reason">What it was refused with; null when it was done.</param>
    public sealed record Attempts(string What, int Times, TimeSpan NextAt, string? Reason)
    {
        /// <summary>It was not refused before, or with other words.</summary>
        public bool IsNews { get; init; }

        /// <summary>When it is forgotten where nothing more happens.</summary>
        public TimeSpan ForgottenAt { get; init; }
    }
}
