namespace Nfqlb.ControlPlane.Follow;

/// <summary>What has come of looking and changing so far. Written by one thread, read by any.</summary>
public sealed class FollowTally
{
    private long _unchanged;
    private long _changed;
    private long _refused;
    private long _invalid;
    private long _mended;
    private long _inForceSince;
    private long _byHand;

    /// <summary>Looks that found all as it is asked for.</summary>
    public long Unchanged => Volatile.Read(ref _unchanged);

    /// <summary>Times something was carried out.</summary>
    public long Changed => Volatile.Read(ref _changed);

    /// <summary>Times something was refused.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Times the source was wrong, or could not be read.</summary>
    public long Invalid => Volatile.Read(ref _invalid);

    /// <summary>Objects that were put back as they are asked for.</summary>
    public long Mended => Volatile.Read(ref _mended);

    /// <summary>When the source was read as it is in force, in seconds since 1970; 0 before that.</summary>
    public long InForceSinceUnixSeconds => Volatile.Read(ref _inForceSince);

    /// <summary>Objects that are asked for otherwise than the source does.</summary>
    public long ByHand => Volatile.Read(ref _byHand);

    internal void HaveByHand(int objects) => Volatile.Write(ref _byHand, objects);

    internal void InForceSince(DateTimeOffset time) => Volatile.Write(ref _inForceSince, time.ToUnixTimeSeconds());

    internal void CountUnchanged() => Interlocked.Increment(ref _unchanged);

    internal void CountChanged() => Interlocked.Increment(ref _changed);

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountInvalid() => Interlocked.Increment(ref _invalid);

    internal void CountMended(int objects) => Interlocked.Add(ref _mended, objects);
}
