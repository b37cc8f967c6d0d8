using Nfqlb.Checks;

namespace Nfqlb.Linux.Probes;

/// <summary>Runs checks. Tests put answers of their own in its place.</summary>
public interface IProber : IDisposable
{
    /// <summary>The time by which it goes; never falls.</summary>
    TimeSpan Now { get; }

    /// <summary>One more check can be started.</summary>
    bool HasRoom { get; }

    /// <summary>Starts a check, which must have room.</summary>
    /// <param name="key">Comes back with the answer.</param>
    /// <param name="probe">What is to be done.</param>
    void Start(int key, TargetProbe probe);

    /// <summary>Goes on with all checks until some are over, somebody wakes it, or the time is.</summary>
    /// <param name="until">When to return at the latest.</param>
    /// <param name="answers">Gets those that are over.</param>
    void Wait(TimeSpan until, List<ProbeAnswer> answers);

    /// <summary>Has <see cref="Wait"/> return. For any thread.</summary>
    void Wake();
}
