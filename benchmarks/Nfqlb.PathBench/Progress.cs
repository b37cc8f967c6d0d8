namespace Nfqlb.PathBench;

/// <summary>Tells what goes on: on a terminal in one line that is written anew, else a line a round.</summary>
internal sealed class Progress
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected;

    /// <summary>What happens now.</summary>
    public void Now(string text)
    {
        if (_isTerminal)
        {
            Console.Write($"\r\e[K{text}");
        }
    }

    /// <summary>Something that stays to be read.</summary>
    public void Note(string text)
    {
        Now("");
        Console.WriteLine(text);
    }
}
