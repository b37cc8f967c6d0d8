using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Top;

/// <summary>A shell in a terminal, which tmux plays.</summary>
internal sealed class TerminalPane : IDisposable
{
    private const string Socket = "/dev/shm/tmux";

    private readonly NetworkNamespace _host;

    public TerminalPane(NetworkNamespace host)
    {
        _host = host;
        // The prompt tells how the last command ended.
        Tmux("-f", "/dev/null", "new-session", "-d", "-x", "90", "-y", "24", "env", "PS1=code $? $ ", "sh");
        WaitForPrompt("code 0");
    }

    /// <summary>Types text or keys by their names, such as Enter and C-c.</summary>
    public void Type(params string[] keys) => Tmux(["send-keys", .. keys]);

    public void Resize(int columns, int lines) => Tmux("resize-window", "-x", $"{columns}", "-y", $"{lines}");

    /// <summary>What stands there now.</summary>
    public string[] Screen() => Tmux("capture-pane", "-p").Split('\n');

    public void WaitFor(Func<string[], bool> condition)
    {
        string[] last = [];
        try
        {
            Eventually.True(() => condition(last = Screen()), "the screen as it should be", TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; last:\n{string.Join('\n', last)}");
        }
    }

    /// <summary>Waits until the shell asks for the next command, and nothing stands behind its prompt.</summary>
    public void WaitForPrompt(string prompt) =>
        WaitFor(screen => screen.LastOrDefault(line => line.Length > 0) == $"{prompt} $");

    /// <summary>How the terminal is set, in the words of stty, and whether a program has the screen.</summary>
    public string Settings()
    {
        string tty = Tmux("display-message", "-p", "#{pane_tty}").TrimEnd();
        return _host.Run("stty", "-F", tty, "-a").MustSucceed().Stdout
            + Tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}");
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params IReadOnlyList<string> words) =>
        _host.Run(["tmux", "-S", Socket, .. words]).MustSucceed().Stdout;
}
