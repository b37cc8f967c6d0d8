using System.Collections.Concurrent;
using Nfqlb.Checks;

namespace Nfqlb.Linux.Probes;

/// <summary>Checks over TLS, a few at a time: each handshake takes a millisecond of a CPU.</summary>
/// <param name="now">The time.</param>
/// <param name="wake">Is called when one is over.</param>
internal sealed class TlsProbes(Func<TimeSpan> now, Action wake) : IDisposable
{
    private const int MostAtOnce = 16;
    private const int LateParts = 4;

    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private readonly ConcurrentQueue<ProbeAnswer> _over = [];

    /// <summary>Has a check wait for its turn.</summary>
    public void Start(int key, TargetProbe probe)
    {
        var check = new TlsProbe(probe);
        if (check.TryOpen(out var end))
        {
            _ = AskAsync(key, probe, check);
        }
        else
        {
            _over.Enqueue(new ProbeAnswer(key, new CheckResult(end.Outcome, TimeSpan.Zero, end.Reason)));
            wake();
        }
    }

    /// <summary>Takes one that is over.</summary>
    public bool TryTake(out ProbeAnswer answer) => _over.TryDequeue(out answer);

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>A check always ends: whoever waits for its answer would check this target no more.</summary>
    private static async Task<ProbeEnd> EndAsync(TlsProbe check)
    {
        try
        {
            return await check.AskAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new ProbeEnd(CheckOutcome.Inconclusive, $"{e.GetType().Name}: {PlainText.Visible(e.Message)}");
        }
    }

    private async Task AskAsync(int key, TargetProbe probe, TlsProbe check)
    {
        try
        {
            await _turns.WaitAsync().ConfigureAwait(false);
            var began = now();
            var end = await Task.Run(() => EndAsync(check)).ConfigureAwait(false);
            var took = now() - began;
            if (end.Outcome == CheckOutcome.TimedOut && (took - probe.Timeout) * LateParts >= probe.Timeout)
            {
                end = new ProbeEnd(CheckOutcome.Inconclusive, "this process was late");
            }
            _over.Enqueue(new ProbeAnswer(key, new CheckResult(end.Outcome, took, end.Reason)));
            _turns.Release();
            wake();
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }
}
