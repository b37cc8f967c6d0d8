namespace Nfqlb.Maglev;

/// <summary>Who begins to take packets in a pool where others do already gets its weight little by little.</summary>
/// <remarks>
/// It begins with an eighth, and gets another one at each beat. Beats are those of the time of day, the same for all
/// targets of a pool: so there is one change of the table a beat, however many start, and balancers whose clocks agree
/// make it at the same time. Tables hang on the ratio of weights alone, so that of a pool in which nobody starts is the
/// very table of its weights.
/// </remarks>
/// <param name="Length">So long it takes at the most.</param>
public readonly record struct SlowStart(TimeSpan Length)
{
    /// <summary>From one step to the next.</summary>
    public TimeSpan Beat => new(Length.Ticks / (Ramp.Parts - 1));

    /// <summary>How long it is to the next beat: more than nothing, and no more than a beat.</summary>
    /// <param name="timeOfDay">Since 1970, as clocks that agree have it.</param>
    public TimeSpan UntilBeat(TimeSpan timeOfDay) => Beat - new TimeSpan(timeOfDay.Ticks % Beat.Ticks);

    /// <summary>Has those start slowly who take packets from now on. Where nobody else takes any, all have their whole
    /// weight: there is nobody to relieve them.</summary>
    /// <param name="before">What the pool was told until now; null where it was not there.</param>
    /// <param name="after">What it shall be told.</param>
    public static PoolContent Begin(PoolContent? before, PoolContent after)
    {
        SlotTarget?[] slots = [.. after.Slots];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot] is { } target)
            {
                bool isFresh = target.CanTakePackets && !(slot < before?.Slots.Length
                    && before.Slots[slot] is { CanTakePackets: true } there && there.Mark == target.Mark);
                slots[slot] = target with
                {
                    Ramp = isFresh ? Ramp.First : target.CanTakePackets ? target.Ramp : Ramp.Whole,
                };
            }
        }
        var started = after.With(slots);
        return Array.TrueForAll(ActiveTargets.Of(started), slot => !slots[slot]!.Value.Ramp.IsWhole)
            ? After(started, Ramp.Parts)
            : started;
    }

    /// <summary>Each that starts is so many steps further.</summary>
    public static PoolContent After(PoolContent content, int steps)
    {
        SlotTarget?[]? slots = null;
        for (int slot = 0; slot < content.Slots.Length; slot++)
        {
            if (content.Slots[slot] is { Ramp.IsWhole: false } target)
            {
                slots ??= [.. content.Slots];
                slots[slot] = target with { Ramp = target.Ramp.After(steps) };
            }
        }
        return slots is null ? content : content.With(slots);
    }
}
