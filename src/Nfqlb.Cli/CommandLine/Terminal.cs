using System.Text;
using Nfqlb.Linux;

namespace Nfqlb.Cli.CommandLine;

/// <summary>The whole screen of a terminal, until it is disposed and everything stands as it was before.</summary>
internal sealed class Terminal : IDisposable
{
    // The other screen, as editors use it, and no cursor (xterm control sequences, DECSET 1049 and 25).
    private const string Enter = "\e[?1049h\e[?25l\e[H\e[2J";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H", RestOfLine = "\e[K", RestOfScreen = "\e[J";

    public Terminal() => Write(Enter);

    /// <summary>Whether standard output is a terminal that obeys these sequences.</summary>
    public static bool IsThere =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Whether colours are welcome (no-color.org).</summary>
    public static bool HasColours => Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>Columns, now.</summary>
    public static int Width => Math.Max(1, Console.WindowWidth);

    /// <summary>Lines, now.</summary>
    public static int Height => Math.Max(1, Console.WindowHeight);

    /// <summary>Shows these lines instead of what stood there, in one write, so that nothing flickers.</summary>
    public static void Show(IReadOnlyList<string> lines)
    {
        var text = new StringBuilder(Home);
        for (int i = 0; i < lines.Count; i++)
        {
            text.Append(i > 0 ? "\r\n" : "").Append(lines[i]).Append(RestOfLine);
        }
        Write(text.Append(RestOfScreen).ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => Write(Leave);

    private static void Write(string text) => StandardStream.Output.Write(Encoding.UTF8.GetBytes(text));
}
