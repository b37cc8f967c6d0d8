namespace Nfqlb.Daemon.Http;

/// <summary>A page that those who read it at the same time share.</summary>
/// <remarks>
/// Whoever reads slowly holds a copy. So a copy is made for whoever asks only while few are held. When more are, those
/// who come share the newest until it is a second old: as many are held at most as there are seconds in the time that
/// a reader gets, and a few more, however many readers there are.
/// </remarks>
/// <param name="make">Makes it as things stand. Never run twice at a time.</param>
/// <param name="time">What a copy's age is measured by.</param>
internal sealed class SharedPage(Func<HttpPage> make, TimeProvider time)
{
    /// <summary>While so many are held, a new one is made at most once a second.</summary>
    private const int FreshCopies = 4;

    private static readonly TimeSpan ShareTime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _making = new(1);
    private readonly Lock _counting = new();
    private int _held;
    private Copy? _newest;

    /// <summary>Copies that somebody reads.</summary>
    public int Held
    {
        get
        {
            lock (_counting)
            {
                return _held;
            }
        }
    }

    /// <summary>A copy, which the caller disposes of when he has read it.</summary>
    /// <exception cref="OperationCanceledException">He waited too long for one.</exception>
    public async Task<Copy> TakeAsync(CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation);
        try
        {
            if (Shared() is { } shared)
            {
                return shared;
            }
            // Its age counts from before it was made: that is how old what it says may be.
            long asked = time.GetTimestamp();
            var page = make();
            lock (_counting)
            {
                _held++;
                return _newest = new Copy(this, page, asked);
            }
        }
        finally
        {
            _making.Release();
        }
    }

    private Copy? Shared()
    {
        lock (_counting)
        {
            if (_held < FreshCopies || _newest is null || time.GetElapsedTime(_newest.Asked) >= ShareTime)
            {
                return null;
            }
            _newest.Readers++;
            return _newest;
        }
    }

    private void Leave(Copy copy)
    {
        lock (_counting)
        {
            if (--copy.Readers > 0)
            {
                return;
            }
            _held--;
            if (_newest == copy)
            {
                _newest = null;
            }
        }
    }

    /// <summary>The page as it was at one moment.</summary>
    internal sealed class Copy(SharedPage of, HttpPage page, long asked) : IDisposable
    {
        /// <summary>What a reader gets.</summary>
        public HttpPage Page => page;

        /// <summary>When it was asked for.</summary>
        public long Asked => asked;

        /// <summary>Who has taken it and not left yet.</summary>
        public int Readers { get; set; } = 1;

        /// <summary>One reader has done with it; each does so once.</summary>
        public void Dispose() => of.Leave(this);
    }
}
