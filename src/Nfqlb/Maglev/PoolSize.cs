namespace Nfqlb.Maglev;

/// <summary>How large a pool is: M entries in its table, room for N targets.</summary>
/// <param name="Entries">M, a prime from 3 to 993,997.</param>
/// <param name="Slots">N, from 1 to the lower of M and 65,535.</param>
public readonly record struct PoolSize(int Entries, int Slots)
{
    /// <summary>An entry names its slot in 16 bits, one value of which means "none".</summary>
    public const int MostSlots = LookupTable.Free;

    /// <summary>True when a pool of this size can be made; else says why not.</summary>
    public bool IsValid(out string reason)
    {
        reason = this switch
        {
            { Entries: < 3 or > Prime.HighestLimit } => $"M must be from 3 to {Prime.HighestLimit}",
            _ when Prime.AtOrBelow(Entries) != Entries => "M must be a prime",
            { Slots: < 1 } => "N must be at least 1",
            _ when Slots > Entries => "N can't be larger than M",
            { Slots: > MostSlots } => $"N can't be larger than {MostSlots}",
            _ => "",
        };
        return reason.Length == 0;
    }
}
