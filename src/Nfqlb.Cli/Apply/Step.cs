namespace Nfqlb.Cli.Apply;

/// <summary>A difference between what is and what is wanted, and what removes it.</summary>
/// <param name="Stage">When.</param>
/// <param name="Lines">What changes, as a diff: `+ rule …`, `- flow …`.</param>
/// <param name="Carry">Carries it out. Once more after a part of it was done is fine.</param>
internal sealed record Step(Stage Stage, IReadOnlyList<string> Lines, Action Carry)
{
    /// <summary>A running balancer finds it out by itself, after a while.</summary>
    public bool IsNoticedLate { get; init; }
}
