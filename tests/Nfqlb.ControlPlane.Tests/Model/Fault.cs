using Nfqlb.Linux.Netlink;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Has one change refused, or the program killed at it: the n-th that anything is asked for.</summary>
internal sealed class Fault
{
    private const int EINVAL = 22;

    /// <summary>Changes that were asked for so far.</summary>
    public int Changes { get; private set; }

    /// <summary>Which is refused, from 1; 0 for none.</summary>
    public int At { get; set; }

    /// <summary>That one is the last that happens.</summary>
    public bool Kills { get; set; }

    /// <summary>What this one is refused with; null to carry it out.</summary>
    /// <exception cref="OperationCanceledException">Killed.</exception>
    public NetlinkException? Next() => ++Changes != At ? null
        : Kills ? throw new OperationCanceledException($"killed at change {Changes}")
        : new NetlinkException(EINVAL, $"change {Changes}");

    /// <summary>Throws where this one is refused.</summary>
    public void ThrowOnNext()
    {
        if (Next() is { } refusal)
        {
            throw refusal;
        }
    }
}
