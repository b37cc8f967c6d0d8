namespace Nfqlb.Maglev;

/// <summary>How many entries of a table are due to each weight: the method of the largest remainder.</summary>
/// <remarks>
/// Each gets the whole part of its ideal share M * w / sum(w). What is left goes, one entry each, to those that lost
/// most by that, and of equals to the first. So nobody is off by as much as one entry, and the result is the same on
/// every machine: no fraction is ever rounded. Hamilton's method of apportionment, 1791.
/// </remarks>
public static class Shares
{
    /// <summary>The entries of each.</summary>
    /// <param name="weights">below 2^20 each; at most 65,535 of them, at least one.</param>
    /// <param name="entries">M, at most 2^31 - 1.</param>
    public static int[] Of(ReadOnlySpan<int> weights, int entries)
    {
        long sum = 0;
        foreach (int weight in weights)
        {
            sum += weight;
        }
        var shares = new int[weights.Length];
        var losses = new long[weights.Length];
        int left = entries;
        for (int i = 0; i < weights.Length; i++)
        {
            (long whole, long remainder) = Math.DivRem((long)entries * weights[i], sum);
            shares[i] = (int)whole;
            left -= shares[i];

            // Largest remainder first, then the lower place: the sum is below 2^36, a place below 2^16.
            losses[i] = (sum - remainder) << 16 | (uint)i;
        }
        if (left > 0)
        {
            Array.Sort(losses);
        }
        foreach (long loss in losses.AsSpan(0, left))
        {
            shares[(int)(loss & 0xffff)]++;
        }
        return shares;
    }
}
