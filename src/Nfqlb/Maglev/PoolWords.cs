namespace Nfqlb.Maglev;

/// <summary>The words for what a pool is told, the same in documents, on the command line and in listings.</summary>
public static class PoolWords
{
    /// <summary>All states, for complaints.</summary>
    public const string States = "up, drain or down";

    /// <summary>All that may become of packets without a target, for complaints.</summary>
    public const string WhenEmpties = "notargets or keep";

    /// <summary>up, drain or down.</summary>
    public static string Of(TargetState state) => state switch
    {
        TargetState.Drain => "drain",
        TargetState.Down => "down",
        _ => "up",
    };

    /// <summary>unknown, good or bad.</summary>
    public static string Of(TargetHealth health) => health switch
    {
        TargetHealth.Good => "good",
        TargetHealth.Bad => "bad",
        _ => "unknown",
    };

    /// <summary>notargets or keep.</summary>
    public static string Of(WhenEmpty whenEmpty) => whenEmpty == WhenEmpty.Keep ? "keep" : "notargets";

    /// <summary>Reads a state.</summary>
    public static bool TryParse(string text, out TargetState state)
    {
        state = text switch { "drain" => TargetState.Drain, "down" => TargetState.Down, _ => TargetState.Up };
        return Of(state) == text;
    }

    /// <summary>Reads what becomes of packets without a target.</summary>
    public static bool TryParse(string text, out WhenEmpty whenEmpty)
    {
        whenEmpty = text == "keep" ? WhenEmpty.Keep : WhenEmpty.NoTarget;
        return Of(whenEmpty) == text;
    }
}
