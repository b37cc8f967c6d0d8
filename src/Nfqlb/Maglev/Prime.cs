namespace Nfqlb.Maglev;

/// <summary>Table sizes must be prime for permutations to reach every entry.</summary>
public static class Prime
{
    /// <summary>Limits above this one (997²) count as this one, as in nfqlb 1.2.0.</summary>
    public const int HighestLimit = 994_009;

    /// <summary>The greatest prime that is not above the limit.</summary>
    /// <param name="limit">At least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no prime below 2.</exception>
    public static int AtOrBelow(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        int candidate = Math.Min(limit, HighestLimit);
        while (!IsPrime(candidate))
        {
            candidate--;
        }
        return candidate;
    }

    private static bool IsPrime(int number)
    {
        for (int divisor = 2; (long)divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }
        return true;
    }
}
