using System.Runtime.InteropServices;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Control;

namespace Nfqlb.Cli.Top;

/// <summary>Rates on the whole screen, until somebody has seen enough. A balancer that goes is waited for.</summary>
/// <param name="interval">Between looks.</param>
/// <param name="count">How many times rates are shown.</param>
internal sealed class LiveScreen(TimeSpan interval, int count)
{
    private readonly string _title =
        $"nfqlb top  {PlainText.Visible(ControlSocket.Text)}  every {interval.TotalSeconds} s  q leaves";

    private readonly Observer _observer = new();
    private readonly Drawing _drawing = new(Terminal.HasColours);
    private readonly AutoResetEvent _resized = new(initialState: false);
    private Look? _before;
    private Rates? _rates;
    private string? _trouble;

    /// <summary>Shows rates until there were enough, or until the token says so.</summary>
    public void Run(CancellationTokenSource enough)
    {
        ListenToKeys(enough);
        using var resize = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _resized.Set());
        using var terminal = new Terminal();
        Redraw();
        for (int shown = 0; shown < count;)
        {
            // Beside, because a balancer that does not answer must not keep anybody from leaving.
            var look = Task.Run(_observer.Look);
            if (!HasEnded(look, enough.Token))
            {
                return;
            }
            Take(look);
            Redraw();
            shown += _rates is null ? 0 : 1;
            if (shown < count && !HasEnded(Task.Delay(interval), enough.Token))
            {
                return;
            }
        }
    }

    private static void ListenToKeys(CancellationTokenSource enough)
    {
        if (Console.IsInputRedirected)
        {
            return;
        }
        new Thread(() =>
        {
            while (Console.ReadKey(intercept: true).Key != ConsoleKey.Q)
            {
            }
            enough.Cancel();
        })
        {
            IsBackground = true,
            Name = "keys",
        }.Start();
    }

    /// <summary>Waits, and draws anew what there is when the terminal changes its size.</summary>
    /// <returns>False when somebody has seen enough.</returns>
    private bool HasEnded(Task task, CancellationToken enough)
    {
        WaitHandle[] events = [enough.WaitHandle, _resized, ((IAsyncResult)task).AsyncWaitHandle];
        while (true)
        {
            switch (WaitHandle.WaitAny(events))
            {
                case 0:
                    return false;
                case 1:
                    Redraw();
                    break;
                default:
                    return true;
            }
        }
    }

    private void Take(Task<Look> look)
    {
        try
        {
            var now = look.GetAwaiter().GetResult();
            _rates = _before is { } before ? Rates.Between(before, now) : null;
            (_before, _trouble) = (now, null);
        }
        catch (Exception e) when (e is ControlException or UsageException)
        {
            (_before, _rates, _trouble) = (null, null, $"{e.Message}; trying again");
        }
    }

    private void Redraw() =>
        Terminal.Show(_drawing.Draw(_title, _trouble, _rates, Terminal.Width, Terminal.Height));
}
