using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Ends the host when SIGTERM, SIGINT or SIGQUIT tells it to, or a part of it, whenever that was.</summary>
/// <remarks>
/// Stands in for the host's own ConsoleLifetime, which takes signals only once the host starts, and makes the start
/// fail when one comes while it does. One that comes while queues are being bound would end the process at once,
/// with the exit code of a failure.
/// </remarks>
internal sealed class StopOnSignal : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    public StopOnSignal() =>
        _signals = [Take(PosixSignal.SIGTERM), Take(PosixSignal.SIGINT), Take(PosixSignal.SIGQUIT)];

    /// <summary>Ends what waits before the host starts.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Stops it as a signal does.</summary>
    public void Stop() => _asked.Cancel();

    /// <summary>From the host's start on, a signal stops it; so does one that came before.</summary>
    public void Stops(IHostApplicationLifetime host) =>
        host.ApplicationStarted.Register(() => _asked.Token.Register(host.StopApplication));

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_signals, signal => signal.Dispose());
        _asked.Dispose();
    }

    private PosixSignalRegistration Take(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _asked.Cancel();
    });
}
