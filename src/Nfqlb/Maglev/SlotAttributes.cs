namespace Nfqlb.Maglev;

/// <summary>What a segment says of a target beside its mark and its name, in one word.</summary>
internal static class SlotAttributes
{
    private const int PriorityShift = 16;
    private const int StateShift = 32;
    private const int HealthShift = 40;
    private const int RampShift = 48;
    private const ulong KeepsWhileBad = 1ul << 56;

    /// <summary>The word of a target.</summary>
    public static ulong Of(in SlotTarget target) =>
        target.Weight
        | (ulong)target.Priority << PriorityShift
        | (ulong)target.State << StateShift
        | (ulong)target.Health << HealthShift
        | (ulong)(Ramp.Parts - target.Ramp.Eighths) << RampShift
        | (target.KeepsWhileBad ? KeepsWhileBad : 0);

    /// <summary>The target of a word. Whatever stands there is a target: what is not known counts as the default.
    /// </summary>
    public static SlotTarget Read(FirewallMark mark, ulong word)
    {
        var state = (TargetState)(byte)(word >> StateShift);
        var health = (TargetHealth)(byte)(word >> HealthShift);
        int missing = (byte)(word >> RampShift);
        return new SlotTarget(mark)
        {
            Weight = (ushort)word,
            Priority = (ushort)(word >> PriorityShift),
            State = state <= TargetState.Down ? state : TargetState.Up,
            Health = health <= TargetHealth.Bad ? health : TargetHealth.Unknown,
            KeepsWhileBad = (word & KeepsWhileBad) != 0,
            Ramp = missing < Ramp.Parts ? Ramp.Of(Ramp.Parts - missing) : Ramp.Whole,
        };
    }
}
