namespace Nfqlb.Planning.Status;

/// <summary>What stands in the slot of a target.</summary>
public enum SlotState
{
    /// <summary>Its mark.</summary>
    Active,

    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>The mark of something else.</summary>
    Taken,

    /// <summary>There is no such pool, or no such slot in it.</summary>
    NoPool,
}
