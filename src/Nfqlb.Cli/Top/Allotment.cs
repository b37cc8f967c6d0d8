namespace Nfqlb.Cli.Top;

/// <summary>Shares the lines of a screen among its sections.</summary>
internal static class Allotment
{
    /// <summary>One line to each in turn, until all have what they want or no line is left.</summary>
    /// <param name="wanted">Rows that each section has.</param>
    /// <param name="lines">Lines that there are; none when negative.</param>
    /// <returns>Rows for each; never more than it wants.</returns>
    public static int[] Of(ReadOnlySpan<int> wanted, int lines)
    {
        int[] given = new int[wanted.Length];
        for (bool isAnyLeft = true; isAnyLeft;)
        {
            isAnyLeft = false;
            for (int section = 0; section < wanted.Length && lines > 0; section++)
            {
                if (given[section] < wanted[section])
                {
                    given[section]++;
                    lines--;
                    isAnyLeft = true;
                }
            }
        }
        return given;
    }
}
