using Nfqlb.Linux.Monitor;

namespace Nfqlb.ControlPlane.Follow;

/// <summary>When to read the source and when to look at the host, of what has happened: soon, but not for each
/// event.</summary>
/// <remarks>Times count from any fixed moment.</remarks>
internal sealed class Pace
{
    /// <summary>Pools and flows tell nobody when they change; this often they are asked.</summary>
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(500);

    /// <summary>From a look to the next.</summary>
    private static readonly TimeSpan LookGap = TimeSpan.FromMilliseconds(200);

    /// <summary>Of a look that takes long, or after more happened than the kernel could tell: a second to mend is what
    /// is promised.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(700);

    private static readonly TimeSpan LongestBundleGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>A source is read when nothing has happened to it for so long.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestUnrest = TimeSpan.FromMilliseconds(250);

    /// <summary>Changes of what is found are gathered for so long, as they seldom come alone.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>From one bundle of changes to the next at least.</summary>
    private static readonly TimeSpan BundleGap = TimeSpan.FromMilliseconds(200);

    /// <summary>Where bundles take long: half a second to be in force is what is promised.</summary>
    private static readonly TimeSpan LongBundleGap = TimeSpan.FromMilliseconds(350);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private TimeSpan? _fileAt;
    private TimeSpan? _filesChangedAt;
    private TimeSpan? _foundAt;
    private TimeSpan _nextRead;
    private TimeSpan? _retryAt;
    private TimeSpan _retry = FirstRetry;
    private TimeSpan? _lookAt;
    private TimeSpan _nextLook;
    private TimeSpan _fullLookAt = Minute;
    private TimeSpan _pulseAt = Pulse;

    /// <summary>How long nothing is due.</summary>
    public TimeSpan Until(TimeSpan now)
    {
        var next = _fullLookAt < _pulseAt ? _fullLookAt : _pulseAt;
        next = _fileAt < next ? _fileAt.Value : next;
        next = _foundAt < next ? _foundAt.Value : next;
        next = _retryAt < next ? _retryAt.Value : next;
        next = _lookAt < next ? _lookAt.Value : next;
        return next > now ? next - now : TimeSpan.Zero;
    }

    /// <summary>Notes what has happened.</summary>
    public void Note(HostChanges changes, TimeSpan now)
    {
        if (changes.HasFlag(HostChanges.Files))
        {
            _filesChangedAt ??= now;
            var latest = _filesChangedAt.Value + LongestUnrest;
            _fileAt = now + Quiet < latest ? now + Quiet : latest;
            _fileAt = _fileAt > _nextRead ? _fileAt : _nextRead;
        }
        if (changes.HasFlag(HostChanges.Lost))
        {
            LookAt(now + LongestGap);
        }
        else if ((changes & ~HostChanges.Files) != HostChanges.None)
        {
            LookAt(now);
        }
    }

    /// <summary>Notes that something else is found.</summary>
    public void NoteFound(TimeSpan now) =>
        _foundAt ??= now + Gathering > _nextRead ? now + Gathering : _nextRead;

    /// <summary>Asks for a look, not before this time.</summary>
    public void LookAt(TimeSpan time)
    {
        time = time > _nextLook ? time : _nextLook;
        _lookAt = _lookAt < time ? _lookAt : time;
    }

    /// <summary>Whether pools and flows are to be asked.</summary>
    public bool TakePulse(TimeSpan now)
    {
        if (_pulseAt > now)
        {
            return false;
        }
        _pulseAt = now + Pulse;
        return true;
    }

    /// <summary>Whether the source is to be read because it has changed.</summary>
    public bool TakeFiles(TimeSpan now)
    {
        if (_fileAt is null || _fileAt > now)
        {
            return false;
        }
        (_fileAt, _filesChangedAt) = (null, null);
        return true;
    }

    /// <summary>Whether what is found is to be brought about.</summary>
    public bool TakeFound(TimeSpan now)
    {
        if (_foundAt is null || _foundAt > now)
        {
            return false;
        }
        _foundAt = null;
        return true;
    }

    /// <summary>Whether the source is to be tried once more.</summary>
    public bool TakeRetry(TimeSpan now)
    {
        if (_retryAt is null || _retryAt > now)
        {
            return false;
        }
        _retryAt = null;
        return true;
    }

    /// <summary>Whether to look at the host.</summary>
    public bool TakeLook(TimeSpan now)
    {
        if (!(_lookAt <= now) && _fullLookAt > now)
        {
            return false;
        }
        _lookAt = null;
        return true;
    }

    /// <summary>A look is over.</summary>
    /// <param name="began">When it began.</param>
    /// <param name="now">The time.</param>
    public void Looked(TimeSpan began, TimeSpan now)
    {
        // A tenth of the time at the most, but for hosts on which a second would not do for that.
        var gap = (now - began) * 10;
        gap = gap < LookGap ? LookGap : gap > LongestGap ? LongestGap : gap;
        _nextLook = now + gap;
        _fullLookAt = now + Minute;
        if (_lookAt < _nextLook)
        {
            _lookAt = _nextLook;
        }
    }

    /// <summary>The source was brought about. That takes a tenth of the time, as far as nobody has to wait for it;
    /// where it takes long, because much is asked for that changes all the time, half of the time is left for other
    /// things, up to a second.</summary>
    /// <param name="began">When it began.</param>
    /// <param name="now">The time.</param>
    public void Brought(TimeSpan began, TimeSpan now)
    {
        var took = now - began;
        var start = took * 10 < LongBundleGap ? took * 10 : LongBundleGap;
        start = start > BundleGap ? start : BundleGap;
        var gap = took > start - took ? took : start - took;
        _nextRead = now + (gap < LongestBundleGap ? gap : LongestBundleGap);
    }

    /// <summary>Has the source tried once more after a while, the longer the more often that was done.</summary>
    public void RetryLater(TimeSpan now)
    {
        _retryAt = now + _retry;
        _retry = _retry * 2 < Minute ? _retry * 2 : Minute;
    }

    /// <summary>Has it tried sooner, as what was in the way may be gone; but not for each event.</summary>
    public void RetrySoon(TimeSpan now)
    {
        var soon = now + (_retry / 8 > FirstRetry ? _retry / 8 : FirstRetry);
        if (_retryAt > soon)
        {
            _retryAt = soon;
        }
    }

    /// <summary>It needs not be tried again.</summary>
    public void Succeeded() => (_retryAt, _retry) = (null, FirstRetry);
}
