using System.Runtime.InteropServices;
using Nfqlb.Linux;

namespace Nfqlb.Cli.CommandLine;

/// <summary>Goes on until somebody has seen enough: SIGINT, SIGTERM, or the reader of standard output has gone.
/// </summary>
internal sealed class Watching : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Timer _look;

    public Watching()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
        _look = new Timer(_ => LeaveWithReader(), state: null, BetweenLooks, BetweenLooks);
    }

    /// <summary>Is cancelled then.</summary>
    public CancellationTokenSource Enough { get; } = new();

    /// <summary>Waits so long.</summary>
    /// <returns>False when it was enough.</returns>
    public bool GoesOnAfter(TimeSpan pause) =>
        !StandardStream.Output.IsClosed && !Enough.Token.WaitHandle.WaitOne(pause);

    /// <inheritdoc/>
    public void Dispose()
    {
        _look.Dispose();
        _terminate.Dispose();
        _interrupt.Dispose();
    }

    private void Leave(PosixSignalContext context)
    {
        context.Cancel = true;
        Enough.Cancel();
    }

    private void LeaveWithReader()
    {
        if (StandardStream.Output.IsClosed)
        {
            Enough.Cancel();
        }
    }
}
