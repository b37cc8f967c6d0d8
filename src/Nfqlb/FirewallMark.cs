namespace Nfqlb;

/// <summary>A kernel firewall mark (fwmark), the name by which policy routing knows a target.</summary>
/// <remarks>
/// Host order. 0 to 2,147,483,647: the kernel's marks have 32 bits, but the pool's segment and its
/// command line keep -1 for "none", as nfqlb 1.2.0 does.
/// </remarks>
public readonly record struct FirewallMark(int Value)
{
    /// <summary>The number alone, as `ip rule` and the command line write it.</summary>
    public override string ToString() => Value.ToString();
}
