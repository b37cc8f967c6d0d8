namespace Nfqlb;

/// <summary>What somebody who mistyped a word most likely meant.</summary>
public static class Suggestion
{
    /// <summary>One letter in so many may be wrong.</summary>
    private const int LettersPerSlip = 3;

    /// <summary>`, did you mean WORD?` for the nearest of the known words; empty when none is near.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="known">What could have been meant.</param>
    public static string For(string typed, IEnumerable<string> known)
    {
        string nearest = "";
        int least = Math.Max(1, typed.Length / LettersPerSlip) + 1;
        foreach (string word in known)
        {
            bool isBeginning = typed.Length > 1 && word.StartsWith(typed, StringComparison.Ordinal);
            // Each letter that one has more is a slip.
            if (!isBeginning && Math.Abs(typed.Length - word.Length) >= least)
            {
                continue;
            }
            int slips = isBeginning ? 1 : Slips(typed, word);
            if (slips < least && slips < word.Length)
            {
                (nearest, least) = (word, slips);
            }
        }
        return nearest.Length > 0 ? $", did you mean {nearest}?" : "";
    }

    /// <summary>How many letters were left out, added, exchanged or swapped with their neighbour.</summary>
    /// <remarks>The optimal string alignment distance.</remarks>
    public static int Slips(string one, string other)
    {
        int[,] slips = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                slips[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(slips[i - 1, j], slips[i, j - 1]) + 1,
                    slips[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    slips[i, j] = Math.Min(slips[i, j], slips[i - 2, j - 2] + 1);
                }
            }
        }
        return slips[one.Length, other.Length];
    }
}
