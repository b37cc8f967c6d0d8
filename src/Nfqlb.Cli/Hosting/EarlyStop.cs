using System.Runtime.InteropServices;

namespace Nfqlb.Cli.Hosting;

/// <summary>Remembers a signal to stop that comes before the host takes signals.</summary>
/// <remarks>Without it the process would end by the signal: queues bound, and the exit code that of a failure.</remarks>
internal sealed class EarlyStop : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private volatile bool _isAsked;

    public EarlyStop() => _signals = [Remember(PosixSignal.SIGTERM), Remember(PosixSignal.SIGINT)];

    /// <summary>True when somebody wants the process to stop.</summary>
    public bool IsAsked => _isAsked;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_signals, signal => signal.Dispose());

    private PosixSignalRegistration Remember(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _isAsked = true;
    });
}
