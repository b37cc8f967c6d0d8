using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>A program that runs while the test goes on: a balancer, a capture, a sender.</summary>
/// <remarks>Its sandbox ends it at last; a test ends it itself where the end is what it looks at.</remarks>
internal sealed class BackgroundProcess
{
    private readonly Process _entrance;
    private readonly string _commandLine;
    private readonly StringBuilder _stdout = new();
    private readonly StringBuilder _stderr = new();
    private readonly Task _streams;

    /// <param name="entrance">nsenter, whose only child is the program itself.</param>
    public BackgroundProcess(Process entrance, string commandLine)
    {
        _entrance = entrance;
        _commandLine = commandLine;
        _streams = Task.WhenAll(Collect(entrance.StandardOutput, _stdout), Collect(entrance.StandardError, _stderr));
    }

    public bool HasEnded => _entrance.HasExited;

    /// <summary>True once somebody has waited for the end, and so judges it himself.</summary>
    public bool EndWasSeen { get; private set; }

    public string Stdout => Snapshot(_stdout);

    public string Stderr => Snapshot(_stderr);

    /// <summary>The program's process id as this test sees it, which is not the one it sees itself.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public int Id => TryFindChild() ?? throw new InvalidOperationException($"{_commandLine}: has ended.\n{Stderr}");

    /// <summary>Waits until the condition holds; fails at once when the program ends before that.</summary>
    public BackgroundProcess WaitUntil(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        bool died = false;
        Eventually.True(() => condition() || (died = HasEnded), $"{_commandLine}: {what}", limit);
        return died && !condition()
            ? throw new InvalidOperationException($"Ended before this was seen: {what}\n{WaitForEnd()}")
            : this;
    }

    /// <summary>Waits until the program has printed a line that contains the text.</summary>
    public BackgroundProcess WaitForOutput(string text, TimeSpan? limit = null) =>
        WaitUntil(() => Stdout.Contains(text) || Stderr.Contains(text), $"output with \"{text}\"", limit);

    /// <summary>Ends the program's input, by which some programs know that it is time to go.</summary>
    public void CloseInput() => _entrance.StandardInput.Close();

    public void Signal(PosixSignalNumber signal)
    {
        Eventually.True(() => HasEnded || TryFindChild() != null, $"{_commandLine}: a process to signal");
        if (TryFindChild() is { } id && Kill(id, (int)signal) != 0 && !HasEnded)
        {
            throw new InvalidOperationException($"kill -{signal} {id}: errno {Marshal.GetLastPInvokeError()}");
        }
        if (signal == PosixSignalNumber.Continue)
        {
            // nsenter stops itself when the program is stopped.
            Kill(_entrance.Id, (int)signal);
        }
    }

    /// <summary>Waits for the program's own end and tells what it left.</summary>
    public CommandResult WaitForEnd(TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? Command.DefaultLimit;
        if (!_entrance.WaitForExit(most) || !_streams.Wait(most))
        {
            throw new TimeoutException($"Not ended after {most.TotalSeconds} s: {_commandLine}\n{Stdout}{Stderr}");
        }
        EndWasSeen = true;
        return new CommandResult(_commandLine, _entrance.ExitCode, Stdout, Stderr);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public CommandResult Stop()
    {
        Signal(PosixSignalNumber.Terminate);
        Kill(_entrance.Id, (int)PosixSignalNumber.Continue); // whoever stopped the program has stopped nsenter too
        return WaitForEnd();
    }

    public void Kill()
    {
        _entrance.Kill(entireProcessTree: true);
        _entrance.WaitForExit();
    }

    private static async Task Collect(StreamReader reader, StringBuilder text)
    {
        char[] buffer = new char[4096];
        for (int n; (n = await reader.ReadAsync(buffer)) > 0;)
        {
            lock (text)
            {
                text.Append(buffer, 0, n);
            }
        }
    }

    private static string Snapshot(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private int? TryFindChild()
    {
        int entrance = _entrance.Id;
        try
        {
            string children = File.ReadAllText($"/proc/{entrance}/task/{entrance}/children");
            return children.Length == 0 ? null : int.Parse(children.Split(' ')[0]);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException or IOException)
        {
            return null; // nsenter has ended, and with it its child
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int id, int signal);
}

/// <summary>Signals by their Linux numbers.</summary>
internal enum PosixSignalNumber
{
    HangUp = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
