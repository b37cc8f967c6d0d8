using Nfqlb.Checks;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Probes;

/// <summary>How many commands run at a time, and what waits for its turn. One that was killed has its place until it is
/// gone.</summary>
internal sealed class CommandPlaces
{
    /// <summary>So many run at a time.</summary>
    public const int Most = 16;

    private readonly Queue<(int Key, TargetProbe Probe)> _waiting = new();
    private readonly List<int> _dying = [];
    private int _running;

    /// <summary>Checks that wait for their turn.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Processes are about to end, of which nobody will tell.</summary>
    public bool AnyDies => _dying.Count > 0;

    /// <summary>Has a check wait for its turn.</summary>
    public void Add(int key, TargetProbe probe) => _waiting.Enqueue((key, probe));

    /// <summary>Gives the next check its turn, where there is a place.</summary>
    public bool TryTake(out int key, out TargetProbe probe)
    {
        _dying.RemoveAll(NfqlbCommand.TryReap);
        bool isTaken = _running + _dying.Count < Most && _waiting.Count > 0;
        (key, probe) = isTaken ? _waiting.Dequeue() : (0, null!);
        _running += isTaken ? 1 : 0;
        return isTaken;
    }

    /// <summary>A check is over.</summary>
    /// <param name="group">The process group that it has killed; null where there was none.</param>
    public void Leave(int? group)
    {
        _running--;
        if (group is { } dying)
        {
            _dying.Add(dying);
        }
    }
}
