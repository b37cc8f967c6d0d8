using Nfqlb.ControlPlane.Host;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Execute;

/// <summary>What became of an attempt to put things back as they are asked for.</summary>
/// <param name="plan">What was found.</param>
public sealed class Mending(Plan plan)
{
    private readonly List<Change> _done = [];
    private readonly List<Change> _waiting = [];
    private readonly List<(Change, string)> _refused = [];

    /// <summary>What was found.</summary>
    public Plan Plan => plan;

    /// <summary>What was put back, in its order.</summary>
    public IReadOnlyList<Change> Done => _done;

    /// <summary>Routes whose link is down.</summary>
    public IReadOnlyList<Change> Waiting => _waiting;

    /// <summary>What was refused, each with the words of who refused it.</summary>
    public IReadOnlyList<(Change Change, string Reason)> Refused => _refused;

    /// <summary>Tries changes of the plan together.</summary>
    /// <returns>False when something was refused: what was done before it stays.</returns>
    internal bool TryCarry(Executor executor, IReadOnlyList<Change> changes)
    {
        try
        {
            executor.Carry(changes);
        }
        catch (Exception e) when (Refusal.Is(e))
        {
            _done.AddRange(executor.Done);
            return false;
        }
        _done.AddRange(executor.Done);
        _waiting.AddRange(executor.Waiting);
        return true;
    }

    /// <summary>Tries each for itself.</summary>
    /// <param name="host">Where.</param>
    /// <param name="left">What is still not as it is asked for.</param>
    internal void CarryOneByOne(Surroundings host, IReadOnlyList<Change> left)
    {
        var subjects = left.Select(change => change.Subject).ToHashSet();
        _done.RemoveAll(change => subjects.Contains(change.Subject));
        foreach (var change in left)
        {
            var executor = new Executor(host);
            try
            {
                executor.Carry([change]);
                _done.AddRange(executor.Done);
                _waiting.AddRange(executor.Waiting);
            }
            catch (Exception e) when (Refusal.Is(e))
            {
                _refused.Add((change, e.Message));
            }
        }
    }
}
