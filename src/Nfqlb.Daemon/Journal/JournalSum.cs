namespace Nfqlb.Daemon.Journal;

/// <summary>A check sum that can be carried on: FNV-1a of 64 bits. It finds damage, not malice.</summary>
/// <remarks>draft-eastlake-fnv; http://www.isthe.com/chongo/tech/comp/fnv/</remarks>
/// <param name="Value">The sum.</param>
internal readonly record struct JournalSum(ulong Value)
{
    private const ulong OffsetBasis = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>Of no bytes.</summary>
    public static JournalSum Empty => new(OffsetBasis);

    /// <summary>Of the bytes so far and these.</summary>
    public JournalSum With(ReadOnlySpan<byte> bytes)
    {
        ulong sum = Value;
        foreach (byte b in bytes)
        {
            sum = (sum ^ b) * Prime;
        }
        return new JournalSum(sum);
    }
}
