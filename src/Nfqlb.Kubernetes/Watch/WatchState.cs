namespace Nfqlb.Kubernetes.Watch;

/// <summary>How far what is known of the objects of a watch is what the server knows.</summary>
/// <param name="IsListed">All were listed once.</param>
/// <param name="IsOpen">The server tells of each change now.</param>
/// <param name="Problem">Why it does not, in a line; null where it does, or has not been asked yet.</param>
/// <param name="LastHeard">When it was open last; null for never.</param>
internal sealed record WatchState(bool IsListed, bool IsOpen, string? Problem, DateTimeOffset? LastHeard)
{
    public static readonly WatchState Begun = new(IsListed: false, IsOpen: false, Problem: null, LastHeard: null);
}
