namespace Nfqlb;

/// <summary>Whole numbers as people type them: digits alone, no sign, no space, no overflow.</summary>
public static class WholeNumber
{
    /// <summary>Reads a number from 0 to <paramref name="max"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, uint max, out uint value)
    {
        value = 0;
        if (text.IsEmpty || text.IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return false;
        }
        ulong sum = 0;
        foreach (char digit in text)
        {
            sum = sum * 10 + (uint)(digit - '0');
            if (sum > max)
            {
                return false;
            }
        }
        value = (uint)sum;
        return true;
    }
}
